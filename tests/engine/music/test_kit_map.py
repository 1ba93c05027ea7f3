"""The kits of the world: every voice has a key, and a file of the user's is read with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.music.kit import CLICK_KEY, PITCH_OF, Voice
from engine.music.kit_map import NAMES, STANDARD, kit_map


@pytest.mark.parametrize("name", NAMES)
def test_every_kit_names_its_source_and_plays_every_voice(name: str) -> None:
    kit = kit_map(name)
    assert kit.title and kit.source
    assert {kit.key(PITCH_OF[voice]) for voice in Voice} <= set(range(128))
    drums = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT, Voice.OPEN_HAT, Voice.CRASH, Voice.RIDE)
    assert len({kit.key(PITCH_OF[voice]) for voice in drums}) == len(drums)


def test_the_standard_kit_leaves_every_key_as_it_is_but_the_click() -> None:
    kit = kit_map(STANDARD)
    assert {pitch: kit.key(pitch) for pitch in PITCH_OF.values()} == {
        pitch: pitch for pitch in PITCH_OF.values()
    }
    assert kit.key(CLICK_KEY) == PITCH_OF[Voice.SIDE_STICK] and kit.key(100) == 100


def test_kits_with_maps_of_their_own_differ_where_it_matters() -> None:
    addictive, gm = kit_map("addictive"), kit_map("GM")
    assert (
        addictive.key(42) == 49 and addictive.key(46) == 57 and addictive.choke[Voice.CRASH] == 78
    )
    assert gm.key(PITCH_OF[Voice.HALF_OPEN_HAT]) == 46
    assert Voice.CRASH in kit_map("roland").aftertouch


def test_a_file_of_the_user_stands_in_for_what_it_does_not_have(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "[keys]\nkick = 1\nsnare = 2\nclosed_hat = 3\nclick = 9\n[choke]\nclosed_hat = 4"
    )
    kit = kit_map(str(file))
    assert [kit.key(key) for key in (36, 38, 37, 42, 46, 26, 51, 53, 33)] == [
        1,
        2,
        2,
        3,
        3,
        3,
        3,
        3,
        9,
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[keys]\nkick = 1", r"needs snare, closed_hat"),
        ("[keys]\nkcik = 1", "there is no voice 'kcik'"),
        ("[keys]\nkick = 128", "whole number in 0..127"),
        ("[keys]\nkick = true", "whole number in 0..127"),
        ("keys = 3", r"\[keys\] must be a table"),
        ("[hats]", "it knows no 'hats'"),
        ("aftertouch = 1\n[keys]\nkick=1\nsnare=2\nclosed_hat=3", "must be a list"),
        ("not toml", "mine.toml"),
    ],
)
def test_a_mistake_in_a_file_is_one_sentence(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(EngineError, match=problem):
        kit_map(str(file))


def test_a_kit_that_there_is_not_is_answered_with_those_there_are() -> None:
    with pytest.raises(EngineError, match="there are standard, gm, ezdrummer"):
        kit_map("polka")
    with pytest.raises(EngineError, match="cannot be read"):
        kit_map("none.toml")
