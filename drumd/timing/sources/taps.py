"""Finds a count-in in what is played or tapped. Owned by the main thread. Times are seconds.

A song that begins with four even strokes must not be taken for a count-in, so among notes it is
looked for closely: four short strokes after a silence, no faster than one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import mido

from engine.beats.count_in import SLOWEST_S, TAPS, CountIn, count_in_of

STRUM_S = 0.06  # notes this soon after the first are one stroke
SILENCE_S = 6.0  # before the first tap; or nothing was heard at all
SHORT = 0.5  # share of the gap that a muted stroke may sound at most
ALIKE = 5  # semitones between the first notes of the taps at most
QUICKEST_S, LONGEST_S = 0.3, 1.2  # gaps that people count in; faster ones are music


class FootTaps:
    """Taps of a foot switch: whatever comes is meant."""

    def __init__(self) -> None:
        self._taps: list[float] = []

    def hear(self, time: float) -> CountIn | None:
        """Take in a tap; the count-in that it completes."""
        if self._taps and time - self._taps[-1] > SLOWEST_S:
            self._taps.clear()
        if self._taps and time <= self._taps[-1]:
            return None
        self._taps = [*self._taps, time][-TAPS:]
        found = count_in_of(self._taps)
        if found:
            self._taps.clear()
        return found


@dataclass(slots=True)
class _Stroke:
    """Notes struck together: when, the first one's pitch, and until when they sounded."""

    time: float
    pitch: int
    sounding: set[tuple[int, int]] = field(default_factory=set)
    until: float = 0.0


class MutedTaps:
    """Taps and muted strums on the guitar, among the music.

    `strict`: only what cannot well be music counts; else any four even strokes do, as long as
    none has been found.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._strokes: list[_Stroke] = []
        self._last = float("-inf")  # when a note began last
        self._open = True  # what comes may be a count-in

    def hear(self, time: float, message: mido.Message) -> CountIn | None:
        """Take in a message of the guitar; the count-in that it completes."""
        if message.type == "note_on" and message.velocity:
            return self._strike(time, message)
        if message.type in ("note_on", "note_off"):
            self._end(time, (message.channel, message.note))
        return None

    def _strike(self, time: float, message: mido.Message) -> CountIn | None:
        key = (message.channel, message.note)
        if time - self._last > SILENCE_S:
            self._strokes, self._open = [], True
        self._last = time
        if not self._open:
            return None
        if self._strokes and time - self._strokes[-1].time < STRUM_S:
            self._strokes[-1].sounding.add(key)
            return None
        self._strokes.append(_Stroke(time, message.note, {key}))
        return self._judge()

    def _judge(self) -> CountIn | None:
        if self._strict and not self._muted():
            self._strokes, self._open = [], False
            return None
        if len(self._strokes) < TAPS:
            return None
        found = count_in_of([stroke.time for stroke in self._strokes])
        if self._strict and found and not QUICKEST_S <= found.period <= LONGEST_S:
            found = None
        if found or self._strict:
            self._strokes, self._open = [], False
        else:
            del self._strokes[0]
        return found

    def _muted(self) -> bool:
        """Whether the strokes up to now are short and alike."""
        pitches = [stroke.pitch for stroke in self._strokes]
        pairs = zip(self._strokes, self._strokes[1:], strict=False)
        return max(pitches) - min(pitches) <= ALIKE and all(
            not stroke.sounding
            and stroke.until - stroke.time <= SHORT * (following.time - stroke.time)
            for stroke, following in pairs
        )

    def _end(self, time: float, key: tuple[int, int]) -> None:
        for stroke in self._strokes:
            if key in stroke.sounding:
                stroke.sounding.discard(key)
                stroke.until = max(stroke.until, time)
