"""`drumd beats`: beats of recorded onsets, as text, JSON and a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from drumd.cli import main
from tests.support.strums import strummed, taps


@pytest.fixture
def onsets(tmp_path: Path) -> Path:
    path = tmp_path / "onsets.json"
    path.write_text(json.dumps([{"name": "strum", "onsets": strummed(6)}]))
    return path


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["beats", *map(str, arguments)])
    return done.exit_code, done.output


def test_json_holds_every_beat(onsets: Path) -> None:
    status, output = run(onsets, "--json")
    (record,) = json.loads(output)["records"]
    assert status == 0 and record["name"] == "strum" and len(record["beats"]) > 15
    assert set(record["beats"][0]) == {"time", "announced_at", "beat", "confidence"}


def test_a_count_in_is_an_option_or_in_the_record(onsets: Path, tmp_path: Path) -> None:
    counted = taps(100, 1.0)
    of_option = run(onsets, "--json", "--count-in", ",".join(map(str, counted)))[1]
    own = tmp_path / "own.json"
    own.write_text(json.dumps([{"name": "strum", "onsets": strummed(6), "count_in": counted}]))
    assert json.loads(of_option) == json.loads(run(own, "--json")[1])


def test_text_tells_the_tempo(onsets: Path) -> None:
    assert "100.0 bpm" in run(onsets, "--bpm", 98)[1]


def test_a_record_without_onsets_has_no_beats(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(json.dumps([{"name": "nothing", "onsets": []}]))
    assert json.loads(run(path, "--json")[1]) == {"records": [{"name": "nothing", "beats": []}]}


def test_many_records_are_tracked_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    records = [{"name": str(k), "onsets": strummed(2)} for k in range(3)]
    path.write_text(json.dumps({"records": records}))
    assert [one["name"] for one in json.loads(run(path, "--json")[1])["records"]] == list("012")


def test_a_picture_is_written(onsets: Path, tmp_path: Path) -> None:
    assert run(onsets, "--plot", tmp_path / "beats.png")[0] == 0
    assert (tmp_path / "beats.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["nonsense", "3", '[{"onsets": [["x", 1, 2]]}]', '[{"name": 1}]'])
def test_a_file_that_holds_no_onsets_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    status, output = run(path)
    assert status == 1 and output.startswith("Error: ") and "Traceback" not in output


@pytest.mark.parametrize("option", [("--bpm", "0"), ("--count-in", "1,2,x"), ("--count-in", "4,3")])
def test_a_wrong_option_is_wrong_usage(onsets: Path, option: tuple[str, str]) -> None:
    assert run(onsets, *option)[0] == 2
