"""Which notes a stroke was: its pitches, some 200 ms later, and when they end.

The network looks at the last two seconds whenever a stroke has sounded for long enough, and a few
times a second while notes sound, to hear them end. A stroke in which no pitch is found was muted:
it is rhythm alone, told as if the hand had struck the last note again, softly. What the network is
sure of where no stroke was heard is slurred: a hammer-on, a pull-off, a slide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.hearing.onsets import Stroke
from engine.hearing.pitches import FRAME_S, FRAMES, LOWEST, RATE, WINDOW, PitchNetwork
from engine.hearing.spectra import Floats

SOUNDED_S = 0.16  # a stroke is looked at once it has sounded for so long
OVERDUE_S = 0.6  # and at last when it has sounded for so long, though there is more to be heard
AGAIN_S = 0.3  # between looks while notes sound
BEGINS, SOUNDS = 0.4, 0.4  # how sure the network must be that a pitch begins, and that it sounds
SLURRED, STILL = 0.53, 0.3  # and that a slur begins: more, by that share of how it sounded before
EARLY, LATE = 2, 6  # frames around a stroke in which its pitches begin
BEFORE_S = (EARLY + LATE) * FRAME_S  # so long before a stroke what begins is its own
SOUND_FROM, SOUND_TO = 2, 11  # frames after it in which they sound
SOUNDED = 8  # frames before a slur in which its pitch may sound already
SILENT = 8  # frames in which a note does not sound have ended it
HARMONICS = (12, 19, 24, 28, 31)  # semitones above a note that may be its own overtones
GHOST = 0.9  # an overtone is a note of its own from such a share of the lower note's sureness on
GUITAR = (35, 90)  # the pitches that a guitar has
SOFTER = 0.8  # what was not heard as a stroke, against the last one that was
MUTED = 0.6  # what a muted stroke's velocity counts as, against itself


@dataclass(frozen=True, slots=True)
class NoteBegins:
    """A note that sounded at `time`, seconds of the stream; it is told a little later. One that is
    slurred was not struck."""

    time: float
    pitch: int
    velocity: int
    slurred: bool = False


@dataclass(frozen=True, slots=True)
class NoteEnds:
    """It sounds no more."""

    time: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Muted:
    """A stroke in which no pitch was found: the last pitch stands for it, and it is softer."""

    time: float
    pitch: int
    velocity: int


NoteEvent = NoteBegins | NoteEnds | Muted


class NoteFinder:
    """Owned by one thread, which looks when it is due."""

    def __init__(self, network: PitchNetwork | None = None) -> None:
        self._network = network or PitchNetwork()
        self._heard = np.zeros(WINDOW, np.float32)
        self._count = 0  # samples heard so far
        self._strokes: list[Stroke] = []  # not looked at yet
        self._sounding: dict[int, float] = {}  # pitch: since when
        self._looked = 0.0  # when
        self._judged = 0.0  # until when notes without strokes have been looked for
        self._velocity = 80  # of the last stroke
        self._pitch = 52  # that began last

    @property
    def now(self) -> float:
        """How far the stream has been heard, in seconds."""
        return self._count / RATE

    def hear(self, samples: Floats) -> None:
        """Keep what comes in, at RATE."""
        samples = samples[-WINDOW:]
        self._heard = np.concatenate([self._heard[len(samples) :], samples])
        self._count += len(samples)

    def strike(self, stroke: Stroke) -> None:
        """A stroke was heard, whose pitches are wanted."""
        self._strokes.append(stroke)

    @property
    def due(self) -> bool:
        """Whether it is time to look."""
        if self._strokes and self.now - self._strokes[0].time >= SOUNDED_S:
            return True
        return bool(self._sounding) and self.now - self._looked >= AGAIN_S

    @property
    def overdue(self) -> bool:
        """Whether looking cannot wait for sound that is there already."""
        oldest = self._strokes[0].time if self._strokes else self._looked + AGAIN_S
        return self.due and self.now - oldest >= OVERDUE_S

    def look(self) -> list[NoteEvent]:
        """The notes that are known now, in order of time."""
        sounds, begins = self._network(self._heard)
        self._looked = self.now
        events: list[NoteEvent] = []
        ready = [one for one in self._strokes if self.now - one.time >= SOUNDED_S]
        self._strokes = self._strokes[len(ready) :]
        for stroke in ready:
            events += self._unstruck(sounds, begins, stroke.time - BEFORE_S)
            self._velocity = stroke.velocity
            pitches = self._pitches(sounds, begins, self._frame(stroke.time))
            for pitch in pitches:
                events += self._begin(NoteBegins(stroke.time, pitch, stroke.velocity))
            if not pitches:
                velocity = max(1, round(MUTED * stroke.velocity))
                events.append(Muted(stroke.time, self._pitch, velocity))
            self._judged = max(self._judged, stroke.time + LATE * FRAME_S)
        last = self._strokes[0].time - BEFORE_S if self._strokes else self.now
        events += self._unstruck(sounds, begins, min(last, self.now - SOUNDED_S))
        events += self._ends(sounds)
        return sorted(events, key=lambda event: (event.time, not isinstance(event, NoteEnds)))

    def _frame(self, time: float) -> int:
        """The frame of the window in which a moment lies."""
        return round((time - (self._count - WINDOW) / RATE) / FRAME_S)

    def _time(self, frame: int) -> float:
        return (self._count - WINDOW) / RATE + frame * FRAME_S

    def _pitches(
        self, sounds: Floats, begins: Floats, frame: int, least: float = BEGINS
    ) -> list[int]:
        """The MIDI pitches that begin around a frame, without their overtones."""
        began = begins[max(0, frame - EARLY) : max(0, frame + LATE)]
        lasts = sounds[max(0, frame + SOUND_FROM) : max(0, frame + SOUND_TO)]
        if not len(began) or not len(lasts):
            return []
        sure, lasting = began.max(0), lasts.mean(0)
        found = np.flatnonzero((sure >= least) & (lasting >= SOUNDS))
        kept: list[int] = []
        for pitch in map(int, found):
            lower = [pitch - step for step in HARMONICS if pitch - step in kept]
            if all(sure[pitch] >= GHOST * sure[one] for one in lower):
                kept.append(pitch)
        return [LOWEST + pitch for pitch in kept if GUITAR[0] <= LOWEST + pitch <= GUITAR[1]]

    def _unstruck(self, sounds: Floats, begins: Floats, until: float) -> list[NoteEvent]:
        """Slurs until then: notes that the network is sure of where no stroke was heard. One of a
        pitch that sounds already is mostly its string, beating."""
        first, last = self._frame(self._judged), self._frame(until)
        self._judged = max(self._judged, until)
        events: list[NoteEvent] = []
        for frame in range(max(1, first), min(last, FRAMES - 1)):
            peaks = begins[frame] >= np.maximum(begins[frame - 1], begins[frame + 1])
            before = sounds[max(0, frame - SOUNDED) : frame].mean(0)
            peaks &= begins[frame] >= SLURRED + STILL * before
            if not peaks.any():
                continue
            for pitch in self._pitches(sounds, begins, frame, SLURRED):
                if peaks[pitch - LOWEST]:
                    velocity = max(1, round(SOFTER * self._velocity))
                    events += self._begin(NoteBegins(self._time(frame), pitch, velocity, True))
        return events

    def _begin(self, note: NoteBegins) -> list[NoteEvent]:
        """A note begins; one of its pitch that sounds is ended."""
        before = self._sounding.get(note.pitch)
        if before is not None and note.time - before < LATE * FRAME_S:
            return []
        self._sounding[note.pitch], self._pitch = note.time, note.pitch
        ended: list[NoteEvent] = [] if before is None else [NoteEnds(note.time, note.pitch)]
        return [*ended, note]

    def _ends(self, sounds: Floats) -> list[NoteEvent]:
        """The notes that have ended."""
        events: list[NoteEvent] = []
        for pitch, since in list(self._sounding.items()):
            from_frame = max(0, self._frame(since) + SOUND_FROM)
            quiet = sounds[from_frame:, pitch - LOWEST] < SOUNDS
            runs = (
                np.lib.stride_tricks.sliding_window_view(quiet, SILENT).all(1)
                if (len(quiet) >= SILENT)
                else np.zeros(0, bool)
            )
            if runs.any():
                del self._sounding[pitch]
                events.append(NoteEnds(self._time(from_frame + int(runs.argmax())), pitch))
        return events
