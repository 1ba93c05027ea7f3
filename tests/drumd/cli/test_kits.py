"""`drumd kits` as a user types it."""

from __future__ import annotations

import json

from click.testing import CliRunner

from drumd.cli import main
from engine.music.kit_map import NAMES


def test_kits_are_listed_shown_and_told_to_programs() -> None:
    listed = CliRunner().invoke(main, ["kits"]).output.splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)
    shown = CliRunner().invoke(main, ["kits", "superior"]).output
    assert "source: github.com" in shown and "not verified on the program itself" in shown
    assert "clap            38  (by its snare)" in shown and "choked by key 50" in shown
    (told,) = json.loads(CliRunner().invoke(main, ["kits", "gm", "--json"]).output)
    assert told["keys"]["kick"] == 36


def test_an_unknown_kit_is_one_sentence() -> None:
    result = CliRunner().invoke(main, ["kits", "polka"])
    assert result.exit_code == 1 and result.output.startswith("Error: there is no kit 'polka'")
