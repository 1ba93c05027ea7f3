"""`drumd eval` as a user types it, with the bundle that ships."""

import json
import shutil

import pytest
from click.testing import CliRunner

from drumd.cli import main
from engine.inference.bundle import SHIPPED
from tests.support.midi_files import band, write


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """A folder of two songs to measure on; it is no corpus yet."""
    folder = write(tmp_path_factory.mktemp("eval") / "songs", a=band(17), b=band(17, pitch=57))
    rows = ("file,split,strict,group", "a.mid,valid,1,one", "b.mid,valid,1,two")
    (folder / "manifest.csv").write_text("\n".join(rows), "utf-8")
    return folder


def test_songs_are_measured_with_their_scores_as_json(songs):
    result = CliRunner().invoke(main, ["eval", "--data", str(songs), "--part", "all", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert {song["file"] for song in found["songs"]} == {"a.mid", "b.mid"}
    assert found["means"]["rock beat"]["f1"]["mean"] == 1
    assert 0 <= found["means"]["model"]["f1"]["mean"] <= 1
    assert found["means"]["other guitar"]["f1"]["songs"] == 2
    assert set(found["voices"]) > {"kick", "snare", "closed_hat"}
    assert found["likelihood"]["primed"]["mean"] > 0 and not found["quick"]


def test_a_table_shows_the_model_beside_the_rock_beat_and_another_guitar(songs):
    args = ["eval", "--data", str(songs), "--part", "all", "--songs", "1"]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    for row in (
        "model",
        "rock beat",
        "F1 by voice",
        "other guitar",
        "swing ratio",
        "half the notes",
    ):
        assert row in result.stdout


def test_a_quick_look_writes_a_report_and_says_where(songs, tmp_path):
    args = ["eval", "--data", str(songs), "--part", "all", "--quick", "--report", str(tmp_path)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "index.html") in result.stderr
    assert "a quick look" in (tmp_path / "index.html").read_text("utf-8")


def test_a_folder_without_songs_is_one_sentence(tmp_path):
    result = CliRunner().invoke(main, ["eval", "--data", str(tmp_path)])
    assert result.exit_code == 1 and "no MIDI files" in result.output


def test_bundles_are_compared_row_by_row(songs, tmp_path):
    other = shutil.copytree(SHIPPED, tmp_path / "other")
    args = ["eval", str(SHIPPED), str(other), "--data", str(songs), "--part", "all", "--quick"]
    result = CliRunner().invoke(main, [*args, "--json"])
    assert result.exit_code == 0, result.output
    first, second = json.loads(result.stdout)["bundles"]
    assert (first["bundle"], second["bundle"]) == (SHIPPED.name, "other")
    assert 0 < first["p50_ms"] <= first["p95_ms"]
    for figure in ("parameters", "bytes", "primed", "unprimed", "worth_primed", "f1"):
        assert first[figure] == second[figure] != 0


def test_a_comparison_can_be_pasted_and_has_no_report(songs, tmp_path):
    args = ["eval", str(SHIPPED), str(SHIPPED), "--data", str(songs), "--part", "all", "--songs"]
    result = CliRunner().invoke(main, [*args, "1"])
    assert result.exit_code == 0, result.output
    rows = [line for line in result.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 4 and len({line.count("|") for line in rows}) == 1
    refused = CliRunner().invoke(main, [*args, "1", "--report", str(tmp_path)])
    assert refused.exit_code == 2 and "--report" in refused.output
