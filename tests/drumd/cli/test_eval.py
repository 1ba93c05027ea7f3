"""`drumd eval` as a user types it, with the bundle that ships."""

import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from drumd.cli import main
from drumd.cli.eval_tables import show
from engine.corpus.prepare import prepare_songs
from engine.evaluation import evaluate
from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures import boosted_trees
from engine.evaluation.measures.styles import StylesHeard
from engine.evaluation.summary.summary import summarise
from engine.inference.bundle import SHIPPED
from tests.support.made import song
from tests.support.midi_files import band, write
from tests.support.results import result_of

QUICK = ("--part", "all", "--songs", "1", "--quick")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of two songs to measure on; it is no corpus yet."""
    folder = write(tmp_path_factory.mktemp("eval") / "songs", a=band(17), b=band(17, pitch=57))
    rows = ("file,split,strict,group", "a.mid,valid,1,one", "b.mid,valid,1,two")
    (folder / "manifest.csv").write_text("\n".join(rows), "utf-8")
    return folder


@pytest.fixture(scope="module")
def songs(folder):
    """The same as a corpus."""
    prepare_songs([folder], folder.parent / "corpus", jobs=1)
    return folder.parent / "corpus"


@pytest.fixture(scope="module", autouse=True)
def _played_once():
    """What a bundle plays to songs is the same each time: it is played once for all tests."""
    found, play = {}, evaluate.evaluate

    def remembered(corpus, songs, *, bundle, guitars, ideas, processes, **rest):  # noqa: ARG001
        asked = (bundle, guitars, ideas, *(song.file for song in songs))
        if asked not in found:
            found[asked] = play(corpus, songs, bundle=bundle, guitars=guitars, ideas=ideas, **rest)
        return found[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "evaluate", remembered)
        yield


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
    assert found["ideas"]["count"]["mean"] == 5 and 0 <= found["ideas"]["alike"]["mean"] <= 1
    assert set(found["judged"]) == {"struck", "struck_kit", "touch", "struck_rock"}


def test_a_table_shows_the_model_beside_the_rock_beat_and_another_guitar(songs):
    result = CliRunner().invoke(main, ["eval", "--data", str(songs), "--part", "all"])
    assert result.exit_code == 0, result.output
    for row in (
        "model",
        "rock beat",
        "F1 by voice",
        "other guitar",
        "swing ratio",
        "half the notes",
        "5 ideas for each song",
        "strokes a bar",
        "riffs that return",
        "who keeps the time",
        "a judge of eight-bar phrases",
    ):
        assert row in result.stdout


def test_a_quick_look_at_a_folder_of_songs_writes_a_report_and_says_where(folder, tmp_path):
    args = ["eval", "--data", str(folder), *QUICK, "--report", str(tmp_path)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "index.html") in result.stderr
    assert "a quick look" in (tmp_path / "index.html").read_text("utf-8")


def test_a_quick_look_has_one_idea_and_no_judge(songs):
    args = ["eval", "--data", str(songs), *QUICK]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    assert "ideas for each song" not in result.stdout and "a judge" not in result.stdout
    assert result.stderr.count("scikit-learn") == 0


def test_without_scikit_learn_all_else_is_measured_and_a_sentence_says_what_brings_it(
    songs, monkeypatch
):
    monkeypatch.setattr(boosted_trees, "find_spec", lambda _: None)
    result = CliRunner().invoke(main, ["eval", "--data", str(songs), "--part", "all"])
    assert result.exit_code == 0, result.output
    assert 'pip install "drumd[eval]"' in result.stderr and "a judge" not in result.stdout
    assert "5 ideas for each song" in result.stdout


def test_styles_without_scikit_learn_or_of_several_bundles_are_wrong_usage(songs, monkeypatch):
    two = ["eval", str(SHIPPED), str(SHIPPED), "--data", str(songs), "--styles"]
    found = CliRunner().invoke(main, two)
    assert found.exit_code == 2 and "one bundle" in found.output
    monkeypatch.setattr(boosted_trees, "find_spec", lambda _: None)
    found = CliRunner().invoke(main, ["eval", "--data", str(songs), "--styles"])
    assert found.exit_code == 2 and 'pip install "drumd[eval]"' in found.output


def test_styles_that_are_heard_are_shown_with_what_they_are_held_for(capsys):
    mean = Mean(0.25, 0.2, 0.3, 4)
    heard = StylesHeard(mean, mean, {"jazz": mean}, {"jazz": {"rock": 0.75, "jazz": 0.25}}, 0.1)
    own = song(bars=16)
    summary = replace(summarise([result_of(own, own.hits())]), styles=heard)
    show(summary, "a bundle")
    assert "rock 75 %, jazz 25 %" in capsys.readouterr().out


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
    args = ["eval", str(SHIPPED), str(SHIPPED), "--data", str(songs), *QUICK]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    rows = [line for line in result.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 4 and len({line.count("|") for line in rows}) == 1
    refused = CliRunner().invoke(main, [*args, "--report", str(tmp_path)])
    assert refused.exit_code == 2 and "--report" in refused.output
