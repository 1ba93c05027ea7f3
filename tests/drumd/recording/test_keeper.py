"""What was just played, kept after the fact."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from drumd.recording.keeper import MEMORY_S, NOTHING, TAIL_S, Keeper
from drumd.recording.recorder import DRUMS, GUITAR
from drumd.timing.bars import Bars
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre


class Jam:
    """A keeper that is led through a jam; a stroke of each part comes on every beat."""

    def __init__(self, folder: Path) -> None:
        self.keeper = Keeper(folder, aside=lambda work: work())
        self.now, self.said, self.bars = 0.0, list[str](), Bars()

    def play(self, beats: int, bpm: float = 120.0) -> None:
        song = Timeline(self.now, 0.0, bpm)
        for beat in range(beats):
            at = song.time_of(beat)
            self.keeper.follow(at, SongState(song, rolling=True, jumps=1, bars=self.bars))
            for track, key in ((GUITAR, 45), (DRUMS, 36)):
                channel = 9 if track is DRUMS else 0
                self.keeper.hear(at, track, mido.Message("note_on", note=key, channel=channel))
                end = mido.Message("note_off", note=key, channel=channel)
                self.keeper.hear(at + 0.1, track, end)
        self.now = song.time_of(beats)

    def rest(self, seconds: float) -> None:
        self.now += seconds
        self.keeper.follow(self.now, SongState(jumps=1))

    def keep(self) -> list[mido.MidiFile]:
        self.keeper.keep(self.now, self.said.append)
        return [mido.MidiFile(path) for path in sorted(self.keeper.folder.glob("*.mid"))]


@pytest.fixture
def jam(tmp_path: Path) -> Jam:
    return Jam(tmp_path / "kept")


def strokes(file: mido.MidiFile, track: str) -> list[int]:
    """The ticks of the strokes of a track."""
    found, tick = [], 0
    (notes,) = [one for one in file.tracks if one.name == track]
    for message in notes:
        tick += message.time
        if message.type == "note_on":
            found.append(tick)
    return found


def test_what_was_played_lies_on_the_beats_of_the_tempo_that_was_found(jam: Jam) -> None:
    jam.play(16, 100.0)
    (file,) = jam.keep()
    assert strokes(file, GUITAR) == strokes(file, DRUMS) == [960 * beat for beat in range(16)]
    tempos = [m.tempo for m in file.tracks[0] if m.type == "set_tempo"]
    assert tempos[0] == pytest.approx(600_000, abs=2)
    assert jam.said[0].startswith(f"kept in {jam.keeper.folder}: drumd ")


def test_a_rest_parts_one_take_from_the_next(jam: Jam) -> None:
    jam.play(8)
    jam.rest(20.0)
    jam.play(12)
    assert sorted(len(strokes(file, DRUMS)) for file in jam.keep()) == [8, 12]


def test_a_take_has_the_metres_that_it_was_played_in(jam: Jam) -> None:
    jam.bars = Bars.laid([(0.0, Metre(3, 4)), (6.0, Metre(5, 4))])
    jam.play(16)
    (file,) = jam.keep()
    told = [m for m in file.tracks[0] if m.type == "time_signature"]
    assert [one.numerator for one in told] == [3, 5]
    assert strokes(file, DRUMS) == [960 * beat for beat in range(16)]


def test_ten_minutes_are_kept_and_no_more(jam: Jam) -> None:
    jam.play(8)
    jam.rest(MEMORY_S)
    jam.play(4)
    (file,) = jam.keep()
    assert len(strokes(file, DRUMS)) == 4


def test_the_sound_of_each_take_is_kept_from_the_first_tick_of_its_file_on(jam: Jam) -> None:
    asked = list[tuple[str, float, float]]()
    jam.keeper.sound = lambda path, start, end: asked.append((path.suffix, start, end))
    jam.play(8)
    jam.rest(20.0)
    jam.play(4)
    jam.keep()
    assert asked == [(".wav", 0.0, 3.5 + TAIL_S + 0.1), (".wav", 24.0, 25.5 + TAIL_S + 0.1)]


def test_keeping_twice_overwrites_nothing(jam: Jam) -> None:
    jam.play(8)
    assert len(jam.keep()) == 1 and len(jam.keep()) == 2


def test_nothing_played_is_said(jam: Jam) -> None:
    with pytest.raises(ValueError, match=NOTHING):
        jam.keep()


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    jam = Jam(tmp_path / "file")
    jam.play(4)
    jam.keeper.keep(jam.now, jam.said.append)
    assert "cannot be kept" in jam.said[0]
