"""Which sources of time there are for `--clock`, the best first."""

from __future__ import annotations

from drumd.timing.counted import CountedTempo
from drumd.timing.free import FreeTempo
from drumd.timing.given import GivenTempo
from drumd.timing.host import HostClock
from drumd.timing.musical import MusicalClock
from drumd.timing.source import Source
from engine.notes import COMMON_TIME, Metre


def musical_clock(clock: str, bpm: float | None = None, metre: Metre = COMMON_TIME) -> MusicalClock:
    """The musical clock for the settings of that name."""
    return MusicalClock(*_sources(clock, bpm, metre), metre=metre)


def _sources(clock: str, bpm: float | None, metre: Metre) -> list[Source]:
    match clock:
        case "host":
            return [HostClock()]
        case "count-in":
            return [CountedTempo(metre, strict=False)]
        case "free":
            return [CountedTempo(metre, by_foot_only=True), FreeTempo(bpm, metre)]
        case "given":
            assert bpm is not None
            return [GivenTempo(bpm)]
    sources: list[Source] = [HostClock(), CountedTempo(metre), FreeTempo(bpm, metre)]
    if bpm is not None:
        sources.append(GivenTempo(bpm))  # until the beat is sure
    return sources
