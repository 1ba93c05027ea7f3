"""What was heard of a recording, as notes and as a MIDI file."""

from __future__ import annotations

import numpy as np

from engine.beats.whole import FoundBeats
from engine.hearing.onsets import Stroke
from engine.hearing.transcribe import PlayedNote, Transcript
from engine.inference.recording import MUTED_PITCH, Recording, heard_notes, onsets_of
from engine.midi.contents import contents_of

HEARD = Transcript(
    strokes=(Stroke(0.5, 90), Stroke(1.0, 70), Stroke(1.5, 80)),
    notes=(PlayedNote(0.5, 52, 90, 0.4), PlayedNote(1.51, 55, 80, 0.4)),
)
BEATS = FoundBeats(np.arange(0.5, 5.0, 0.5), 4)


def pitches(*, muted: bool) -> list[int]:
    (line,) = contents_of(Recording(HEARD, BEATS).midi(muted=muted)).lines
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
