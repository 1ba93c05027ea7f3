"""A recording of a guitar as a song: what was played, its beats and bars, in its own time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.beats.records import Onset
from engine.beats.whole import FoundBeats, find_beats
from engine.errors import HearingError
from engine.hearing.transcribe import Transcript, spread_out, transcribe
from engine.midi.recorded import TimedNote, recorded_file

MUTED_PITCH = 40  # where a stroke without a pitch is taken to lie: the low string
MUTED_S = 0.06  # how long it sounds
STRUCK_S = 0.03  # a note so near to a stroke is a part of it


@dataclass(frozen=True, slots=True)
class Recording:
    """What was heard."""

    transcript: Transcript
    beats: FoundBeats

    def midi(self, *, for_drummer: bool) -> bytes:
        """The bytes of a MIDI file that tells it, in its own time. People read strums string by
        string; a drummer hears a chord as one moment, and muted strokes as short notes."""
        heard = self.transcript
        if not for_drummer:
            heard = replace(heard, notes=tuple(spread_out(heard.notes, heard.strums)))
        notes = heard_notes(heard, muted=for_drummer)
        return recorded_file(notes, self.beats.times.tolist(), self.beats.metre)

    @property
    def bpm(self) -> float:
        return 60 / float(np.median(np.diff(self.beats.times)))


def hear_recording(
    samples: NDArray[np.float32],
    rate: int,
    *,
    bpm: float | None = None,
    metre: int | None = None,
    one: float | None = None,
) -> Recording:
    """Hear a recording, (samples,); `bpm`, within some 8 %, the beats in a bar and `one`, about
    when some bar begins, hold where they are known."""
    heard = transcribe(samples, rate)
    beats = find_beats(onsets_of(heard), bpm=bpm, metre=metre, one=one)
    if beats is None or not heard.notes:
        raise HearingError(
            "no guitar is to be heard in it: a beat takes a few seconds of playing, louder than"
            " the noise"
        )
    return Recording(heard, beats)


def onsets_of(heard: Transcript) -> list[Onset]:
    """All notes, and the strokes that had none, in order of time."""
    return [(n.time, n.pitch, n.velocity) for n in heard_notes(heard, muted=True)]


def heard_notes(heard: Transcript, *, muted: bool) -> list[TimedNote]:
    """The notes, and with `muted` the strokes that had none as short ones, in order of time."""
    notes = [TimedNote(n.time, n.duration, n.pitch, n.velocity) for n in heard.notes]
    if not muted:
        return notes
    times = np.array([note.time for note in notes])
    strokes = (
        TimedNote(stroke.time, MUTED_S, MUTED_PITCH, stroke.velocity)
        for stroke in heard.strokes
        if np.abs(times - stroke.time).min(initial=np.inf) > STRUCK_S
    )
    return sorted([*notes, *strokes])
