"""Which sources of time there are for `--clock`, the best first."""

from __future__ import annotations

from drumd.timing.musical import MusicalClock
from drumd.timing.sources.base import Source
from drumd.timing.sources.count_in import CountedTempo
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.free import FreeTempo
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.sources.link import LinkTime
from drumd.timing.sources.midi_clock import HostClock
from engine.music.notes import COMMON_TIME, Metre


def musical_clock(
    clock: str,
    bpm: float | None = None,
    metre: Metre = COMMON_TIME,
    *,
    link: LinkTime | None = None,
    jack: JackTransport | None = None,
) -> MusicalClock:
    """The musical clock for the settings of that name, with `link` and `jack` where there are."""
    hosts: list[Source] = [HostClock(), *([jack] if jack else [])]
    return MusicalClock(*_sources(clock, bpm, metre, hosts, link), metre=metre)


def _sources(
    clock: str, bpm: float | None, metre: Metre, hosts: list[Source], link: LinkTime | None
) -> list[Source]:
    match clock:
        case "host":
            return hosts
        case "link":
            assert link is not None
            return [link]
        case "count-in":
            return [CountedTempo(metre, strict=False)]
        case "free":
            return [CountedTempo(metre, by_foot_only=True), FreeTempo(bpm, metre)]
        case "given":
            assert bpm is not None
            return [GivenTempo(bpm)]
    linked = [] if link is None else [link]
    sources: list[Source] = [*hosts, *linked, CountedTempo(metre), FreeTempo(bpm, metre)]
    if bpm is not None:
        sources.append(GivenTempo(bpm))  # until the beat is sure
    return sources
