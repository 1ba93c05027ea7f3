"""Musical time from the player's notes alone, with or without a tempo as a hint.

The first bar line is where the tracker thinks the bar begins; it can be put right by "this is one".
"""

from __future__ import annotations

import mido

from drumd.timing.sources.base import EVER
from drumd.timing.sources.player import BeatFollower, make_tracker
from drumd.timing.timeline import Timeline
from engine.music.notes import COMMON_TIME, Metre

SURE, SURE_WITH_HINT = 0.8, 0.5  # confidence from which on drums may come in
FIRST_IS_ONE, ON_BEAT = 3.0, 0.2  # how much likelier a first note on a beat makes "one" there
REMEMBERED_S = 5.0  # so long "one" is remembered until some beat is followed
PATIENCE, LEAST_SURE = 0.01, 0.65  # without a hint less will do after each second, down to this


class FreeTempo(BeatFollower):
    """Listens until it is sure of the beat, then goes on for ever."""

    name = "free"
    knows_bar = False  # it is guessed, and can be put right

    def __init__(
        self, bpm: float | None = None, metre: Metre = COMMON_TIME, *, by_ear: bool = False
    ) -> None:
        super().__init__(metre, by_ear=by_ear)
        self._hint = bpm
        self._first: float | None = None  # note
        self._told: float | None = None  # when "one" was said, before a beat is followed
        make_tracker(metre, bpm=bpm)  # loads what it needs, before there is music

    @property
    def searching(self) -> bool:
        return self._first is not None and not self.rolling

    @property
    def music_from(self) -> float:
        return EVER

    def reset(self) -> None:
        super().reset()
        self._first = self._told = None

    def inherit(self, timeline: Timeline, bar_line: float, now: float) -> bool:
        """Go on from a source that has vanished, at its tempo and in its count of beats."""
        self.reset()
        self._first = now
        return self.go_on(timeline, bar_line, now)

    def hear(self, time: float, message: mido.Message) -> None:
        if self._first is None and message.type == "note_on" and message.velocity:
            self._first = time
            self._tracker = make_tracker(self._metre, bpm=self._hint)
        super().hear(time, message)

    def this_is_one(self, time: float, off: float) -> None:
        if self.rolling:
            super().this_is_one(time, off)
        else:
            self._told = time
            self._roll_as_told(time)

    def _draw(self, now: float) -> None:
        super()._draw(now)
        if not self.rolling:
            self._roll_as_told(now)
        if not self.rolling:
            self._roll_if_sure(now)

    def _roll_as_told(self, now: float) -> None:
        """As soon as some beat is followed, if the player has just said where "one" is."""
        tracker, told = self._tracker, self._told
        if told is None or tracker is None or tracker.next_beat is None:
            return
        if now - told > REMEMBERED_S:
            return
        self._told = None
        tracker.this_is_one(told)
        assert tracker.period is not None
        self._roll(tracker.next_beat, round((tracker.next_beat - told) / tracker.period))

    def _sure_enough(self, now: float) -> float:
        """The confidence that is asked for: nobody waits for ever."""
        if self._hint is not None:
            return SURE_WITH_HINT
        waited = 0.0 if self._first is None else now - self._first
        return max(LEAST_SURE, SURE - PATIENCE * waited)

    def _roll_if_sure(self, now: float) -> None:
        tracker, first = self._tracker, self._first
        assert tracker is not None and first is not None
        if tracker.last_beat is None or tracker.confidence < self._sure_enough(now):
            return
        assert tracker.period is not None and tracker.next_beat is not None
        pulses = round(self._metre.beats / self._metre.pulse)
        since = (tracker.next_beat - first) / tracker.period
        if since < pulses:
            return  # a bar is heard before drums come in, and says where "one" is
        place = self._place_of_next(tracker.chances, since)
        self._roll(tracker.next_beat, place + round((since - place) / pulses) * pulses)

    def _roll(self, coming: float, count: int) -> None:
        """From here on; the tracker's next beat, that is `coming`, is the pulse of that number."""
        assert self._tracker is not None and self._tracker.period is not None
        pulse, period = self._metre.pulse, self._tracker.period
        self.timeline = Timeline(coming, count * pulse, 60 * pulse / period)
        self._period, self.rolling = period, True

    def _place_of_next(self, chances: list[float], since: float) -> int:
        """The place in the bar, from 0, of the beat to come, so many beats after the first note."""
        places = list(chances)
        if abs(since - round(since)) < ON_BEAT:
            places[round(since) % len(places)] *= FIRST_IS_ONE
        return places.index(max(places))
