"""A line through the beats that a tracker hears in the player's notes.

Owned by the main thread. Beats of the line are quarter notes; the tracker counts *pulses*, what a
foot would tap. The line bends with every chord but never turns to double or half time: where the
tracker changes the length of its beat by such a factor, each of its beats counts for more pulses
or fewer. Numpy is loaded with the first tracker.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from math import exp, floor, log
from typing import TYPE_CHECKING

import mido

from drumd.timing.sources.base import Source
from drumd.timing.timeline import Timeline
from engine.beats.count_in import TAPS, CountIn
from engine.music.notes import COMMON_TIME, Metre

if TYPE_CHECKING:
    from engine.beats.tracker import BeatTracker

LATE_S = 0.012  # a note may be heard of so long after its time: the tracker lives a little later
# by ear: which notes a stroke was is known some 200 ms later, and later still on a busy machine
LATE_BY_EAR_S, LATEST_BY_EAR_S = 0.35, 0.6
REST_S = 4.0  # after a rest so long the line goes to the new notes gently, for one bar
STRUCK = 16  # strokes by ear whose notes are waited for
GENTLE_BARS = 0.5  # how much of a bar it takes to go most of the way
TURNS = (2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25)  # changes of the tracker's beat that are no new tempo
NEAR_TURN = 0.12  # log


class BeatFollower(Source):
    """Feeds a tracker and keeps a line; FreeTempo and CountedTempo say when it begins."""

    name = "notes"
    by_player = True

    def __init__(self, metre: Metre = COMMON_TIME, *, by_ear: bool = False) -> None:
        self._metre, self._by_ear = metre, by_ear
        self._late_s = LATE_BY_EAR_S if by_ear else LATE_S
        self._tracker: BeatTracker | None = None
        self._period: float | None = None  # the tracker's, as last seen
        self._level = 1.0  # pulses in a beat of the tracker
        self._struck = deque[float](maxlen=STRUCK)  # when, by ear
        self._note: float | None = None  # when the last note came
        self._gentle_until = float("-inf")
        self._looked = float("-inf")  # when the line was drawn last
        self._weighed = float("-inf")  # until when the tracker has heard all

    @property
    def confidence(self) -> float:
        return self._tracker.confidence if self._tracker else 0.0

    def reset(self) -> None:
        """Forget everything: a better source leads now."""
        self.timeline, self.rolling = None, False
        self._tracker = self._period = self._note = None
        self._level, self._gentle_until = 1.0, float("-inf")
        self._weighed = float("-inf")
        self.bar_line = 0.0

    def take_metre(self, metre: Metre) -> None:
        self._metre = metre
        if not self.rolling:
            self.reset()

    def hear(self, time: float, message: mido.Message) -> None:
        if message.type != "note_on" or not message.velocity or self._tracker is None:
            return
        if self._by_ear and not self._belongs(time):
            return
        if self._note is not None and time - self._note > REST_S and self.timeline:
            self._gentle_until = time + self._metre.beats * 60 / self.timeline.bpm
        self._note = time
        self._tracker.hear(time, message.note, message.velocity)
        self._draw(max(time, self._looked))

    def strike(self, time: float, stroke: mido.Message) -> None:  # noqa: ARG002 (only when)
        self._struck.append(time)

    def _belongs(self, time: float) -> bool:
        """Whether a note by ear is of a stroke, and told in time to be weighed where it sounded;
        if it is late, those to come may be as late."""
        if time not in self._struck:
            return False
        self._late_s = max(self._late_s, min(self._looked - time, LATEST_BY_EAR_S))
        return time >= self._weighed

    def tick(self, now: float) -> None:
        if self._tracker is not None:
            self._draw(now)

    def this_is_one(self, time: float, off: float) -> None:  # noqa: ARG002 (the notes tell)
        if self._tracker is not None:
            self._tracker.this_is_one(time)
            self._draw(max(time, self._looked))

    def _begin(self, taps: Sequence[float], first: float) -> None:
        """Roll at once, from four beats that are known; the pulse after them is beat `first`."""
        counted = CountIn.of(taps)
        self._tracker = make_tracker(self._metre, count_in=taps)
        self._period, self._level = counted.period, 1.0
        pulse = self._metre.pulse
        self.timeline = Timeline(counted.last, first - pulse, 60 * pulse / counted.period)
        self.rolling = True

    def go_on(self, timeline: Timeline, bar_line: float, now: float) -> bool:
        pulse = self._metre.pulse
        last = floor((timeline.beat_at(now) - bar_line) / pulse)
        last -= last % round(self._metre.beats / pulse) == 0  # "one" comes after the four
        pulses = (bar_line + (last - k) * pulse for k in reversed(range(TAPS)))
        self._begin([timeline.time_of(beat) for beat in pulses], 0.0)
        self.timeline, self.bar_line, self._looked = timeline, bar_line, now
        return True

    def _draw(self, now: float) -> None:
        """Let the tracker say what it knows now, and draw the line through it."""
        assert self._tracker is not None
        self._weighed = max(self._weighed, now - self._late_s)
        self._tracker.beats(self._weighed)
        if self.timeline is not None and self._tracker.next_beat is not None:
            target = self._target(self.timeline)
            self.timeline = target if now >= self._gentle_until else self._nearer(target, now)
        self._looked = now

    def _target(self, old: Timeline) -> Timeline:
        """The line through the tracker's next beat, numbered to go on from the old line."""
        assert self._tracker is not None
        period, coming = self._tracker.period, self._tracker.next_beat
        assert period is not None and coming is not None
        if self._period is not None:
            self._level *= turn_between(self._period, period)
        self._period = period
        step = self._metre.pulse * min(self._level, 1.0)
        beat = self.bar_line + round((old.beat_at(coming) - self.bar_line) / step) * step
        return Timeline(coming, beat, 60 * self._metre.pulse * self._level / period)

    def _nearer(self, target: Timeline, now: float) -> Timeline:
        """A line between the old one and the target, after a rest."""
        old = self.timeline
        assert old is not None
        bar_s = self._metre.beats * 60 / old.bpm
        share = 1 - exp(-max(0.0, now - self._looked) / (GENTLE_BARS * bar_s))
        beat = old.beat_at(now)
        beat += share * (target.beat_at(now) - beat)
        return Timeline(now, beat, old.bpm * (target.bpm / old.bpm) ** share)


def turn_between(old: float, new: float) -> float:
    """How many old beats are in a new one, if that is double or half time and the like; else 1."""
    ratio = log(new / old)
    return next((turn for turn in TURNS if abs(ratio - log(turn)) < NEAR_TURN), 1.0)


def make_tracker(
    metre: Metre, *, bpm: float | None = None, count_in: Sequence[float] | None = None
) -> BeatTracker:
    """A tracker that counts the metre's pulses; `bpm` is in quarter notes."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # more would only get into the scheduler's way
    from engine.beats.tracker import BeatTracker

    pulses = round(metre.beats / metre.pulse)
    hint = None if bpm is None else bpm / metre.pulse
    return BeatTracker(bpm=hint, count_in=count_in, metre=pulses)
