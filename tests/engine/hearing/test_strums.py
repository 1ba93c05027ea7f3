"""How a hand went over the strings is read from the sound, later than the stroke itself."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.sound.strings.plucks import ACOUSTIC
from engine.hearing.onsets import OnsetDetector
from engine.hearing.spectra import Spectra
from engine.hearing.strums import AFTER, BEFORE, Strum, StrumReader, parts_of
from engine.hearing.transcribe import PlayedNote, spread_out, transcribe
from tests.support.plucked import plucked

RATE = 44_100
HZ = np.geomspace(60, 10_000, 60).astype(np.float32)
CHORD = (40, 47, 52, 56, 59, 64)


def strummed(
    spread_s: float, chord: tuple[int, ...], gap_s: float = 0.5, rate: int = RATE
) -> np.ndarray:
    """A chord twelve times, its strings one after the other."""
    step = spread_s / (len(chord) - 1)
    notes = [
        (0.5 + gap_s * k + step * string, pitch, 80, 0.8 * gap_s)
        for k in range(12)
        for string, pitch in enumerate(chord)
    ]
    return plucked(notes, 12 * gap_s + 1, rate, ACOUSTIC)


def strums_in(samples: np.ndarray, rate: int = RATE) -> list[Strum]:
    detector, strums = OnsetDetector(rate, reader=StrumReader(rate)), list[Strum]()
    for begin in range(0, len(samples), 256):
        detector.hear(samples[begin : begin + 256])
        strums += detector.strums
    return strums


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_slow_hands_are_told_from_quick_ones(rate: int) -> None:
    read = []
    for spread_s in (0.01, 0.03, 0.06):
        strums = strums_in(strummed(spread_s, CHORD, rate=rate), rate)
        read.append(float(np.median([strum.spread for strum in strums])))
    assert read == sorted(read)
    assert read[0] < 0.02 and read[2] > 2 * read[0]


def test_the_next_stroke_is_not_taken_for_the_last_string() -> None:
    """Sixteenths at 120 bpm, the last of which nothing follows."""
    strums = strums_in(strummed(0.01, CHORD, gap_s=0.125))
    assert len(strums) <= 3
    assert all(strum.spread < 0.04 for strum in strums)


def test_nothing_is_read_where_frames_are_shorter_than_those_taught() -> None:
    assert not strums_in(strummed(0.04, CHORD, rate=16_000), 16_000)


@pytest.mark.parametrize(("chord", "down"), [(CHORD, True), (CHORD[::-1], False)])
def test_the_hand_goes_down_or_up(chord: tuple[int, ...], down: bool) -> None:
    strums = strums_in(strummed(0.06, chord))
    assert len(strums) >= 8
    assert np.mean([strum.down == down for strum in strums]) > 0.7


def test_a_strum_is_known_once_enough_was_heard_after_it() -> None:
    reader, new = StrumReader(RATE), np.full(Spectra(RATE).bands, 0.1, np.float32)
    for _ in range(BEFORE + 5):
        reader.hear(new)
    reader.strike(BEFORE + 3, 0.1)
    heard = [reader.hear(new) for _ in range(AFTER)]
    assert [len(strums) for strums in heard].index(1) == AFTER - 3
    assert sum(map(len, heard)) == 1


def test_what_comes_before_enough_was_heard_is_not_read() -> None:
    reader, new = StrumReader(RATE), np.full(Spectra(RATE).bands, 0.1, np.float32)
    reader.hear(new)
    reader.strike(0, 0.0)
    assert not [strum for _ in range(2 * AFTER) for strum in reader.hear(new)]


def test_each_part_is_the_mean_of_its_bands() -> None:
    assert parts_of(HZ).sum(0) == pytest.approx(1)


@pytest.mark.parametrize("down", [True, False])
def test_the_notes_of_a_chord_are_spread_and_end_as_they_did(down: bool) -> None:
    chord = [PlayedNote(1.0, pitch, 80, 0.5) for pitch in (40, 47, 52)]
    lone = PlayedNote(2.0, 60, 80, 0.5)
    spread = spread_out([lone, *chord], [Strum(1.0, 0.06, down), Strum(2.0, 0.1, True)])
    *strings, last = spread
    assert [note.pitch for note in strings] == ([40, 47, 52] if down else [52, 47, 40])
    assert [note.time for note in strings] == pytest.approx([1.0, 1.03, 1.06])
    assert [note.time + note.duration for note in strings] == pytest.approx([1.5] * 3)
    assert last == lone


def test_a_short_note_begins_before_it_ends() -> None:
    chord = [PlayedNote(1.0, pitch, 80, 0.05) for pitch in (40, 47, 52)]
    *_, last = spread_out(chord, [Strum(1.0, 0.1, True)])
    assert 1.03 < last.time < 1.05
    assert last.time + last.duration == pytest.approx(1.05)
    assert last.pitch == 52


@pytest.mark.parametrize(("count", "spread_s"), [(2, 0.06), (3, 0.015)])
def test_two_notes_or_a_quick_hand_are_one_moment(count: int, spread_s: float) -> None:
    chord = [PlayedNote(1.0, 40 + 5 * string, 80, 0.5) for string in range(count)]
    assert spread_out(chord, [Strum(1.0, spread_s, True)]) == chord


def test_the_last_strum_of_a_recording_is_read() -> None:
    samples = strummed(0.04, CHORD)[: round(6.1 * RATE)]
    found = transcribe(samples, RATE)
    assert found.strokes[-1].time > 5.9
    assert found.strums[-1].time == found.strokes[-1].time


def test_a_strummed_chord_is_written_string_by_string() -> None:
    found = transcribe(strummed(0.06, CHORD), RATE)
    starts: dict[int, list[float]] = {}
    for note in spread_out(found.notes, found.strums):
        starts.setdefault(round(2 * (note.time - 0.52)), []).append(note.time)
    widths = [max(times) - min(times) for times in starts.values() if len(times) > 2]
    assert len(widths) >= 6
    assert 0.02 < float(np.median(widths)) < 0.1
