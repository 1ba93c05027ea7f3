"""What was heard of a recording, as notes and as a MIDI file."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beats.whole import FoundBeats
from engine.hearing.onsets import Stroke
from engine.hearing.strums import Strum
from engine.hearing.transcribe import PlayedNote, Transcript
from engine.inference.recording import MUTED_PITCH, Recording, heard_notes, onsets_of
from engine.midi.contents import TempoMap, contents_of

HEARD = Transcript(
    strokes=(Stroke(0.5, 90), Stroke(1.0, 70), Stroke(1.5, 80)),
    notes=(PlayedNote(0.5, 52, 90, 0.4), PlayedNote(1.51, 55, 80, 0.4)),
)
BEATS = FoundBeats(np.arange(0.5, 5.0, 0.5), 4)


def pitches(*, muted: bool) -> list[int]:
    (line,) = contents_of(Recording(HEARD, BEATS).midi(for_drummer=muted)).lines
    return [note.pitch for note in line.notes]


def test_a_drummer_hears_muted_strokes_as_short_notes() -> None:
    assert pitches(muted=True) == [52, MUTED_PITCH, 55]
    stroke = heard_notes(HEARD, muted=True)[1]
    assert (stroke.time, stroke.velocity) == (1.0, 70)
    assert stroke.duration < 0.1


def test_what_is_written_as_heard_has_no_note_for_a_muted_stroke() -> None:
    assert pitches(muted=False) == [52, 55]


def test_the_beat_is_found_from_muted_strokes_too() -> None:
    assert onsets_of(HEARD) == [(0.5, 52, 90), (1.0, MUTED_PITCH, 70), (1.51, 55, 80)]


@pytest.mark.parametrize(("drummer", "starts"), [(False, [0.5, 0.54, 0.58]), (True, [0.5] * 3)])
def test_a_strum_is_written_string_by_string_and_drummed_to_as_one(
    drummer: bool, starts: list[float]
) -> None:
    chord = tuple(PlayedNote(0.5, pitch, 90, 0.4) for pitch in (40, 47, 52))
    heard = Transcript(HEARD.strokes[:1], chord, (Strum(0.5, 0.08, down=True),))
    file = contents_of(Recording(heard, BEATS).midi(for_drummer=drummer))
    times = TempoMap(file.tempos, file.division)
    assert [times.at(note.tick) for note in file.lines[0].notes] == pytest.approx(starts, abs=2e-3)
