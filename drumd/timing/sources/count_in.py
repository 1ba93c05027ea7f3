"""Musical time from a count-in: four taps, then "one"; from there on the player's notes."""

from __future__ import annotations

import mido

from drumd.timing.sources.base import EVER
from drumd.timing.sources.player import BeatFollower, make_tracker
from drumd.timing.sources.taps import FootTaps, MutedTaps
from engine.beats.count_in import CountIn
from engine.music.notes import COMMON_TIME, Metre

STROKE_S = 0.1  # a muted stroke's notes all come within this


class CountedTempo(BeatFollower):
    """Waits for a count-in on the guitar or by foot; a later one sets the tempo anew."""

    name = "count-in"

    def __init__(
        self,
        metre: Metre = COMMON_TIME,
        *,
        strict: bool = True,
        by_foot_only: bool = False,
        by_ear: bool = False,
    ) -> None:
        """`strict`: take care that music is not heard as a count-in."""
        super().__init__(metre, by_ear=by_ear)
        self._counted_in: float | None = None
        self._music_from = EVER  # what was struck before is the count-in, or before it
        self._foot = FootTaps()
        self._muted = None if by_foot_only else MutedTaps(strict=strict)
        make_tracker(metre)  # loads what it needs, before there is music

    @property
    def music_from(self) -> float:
        return self._music_from

    @property
    def counted_in(self) -> float | None:
        return self._counted_in

    def tap(self, time: float) -> None:
        found = self._foot.hear(time)
        if found:
            self._count_in(found, music_from=EVER)

    def hear(self, time: float, message: mido.Message) -> None:
        if not self._by_ear and self._counts_in(time, message):
            return
        if time >= self._music_from:
            super().hear(time, message)

    def strike(self, time: float, stroke: mido.Message) -> None:
        super().strike(time, stroke)
        self._counts_in(time, stroke)

    def _counts_in(self, time: float, message: mido.Message) -> bool:
        found = self._muted.hear(time, message) if self._muted else None
        if found:
            self._count_in(found, music_from=found.last + min(STROKE_S, found.period / 4))
        return found is not None

    def _count_in(self, found: CountIn, *, music_from: float) -> None:
        self.reset()
        self._begin([found.last - k * found.period for k in (3, 2, 1, 0)], 0.0)
        self._counted_in, self._music_from = found.last, music_from
        self._looked = found.last
        self.jumps += 1
