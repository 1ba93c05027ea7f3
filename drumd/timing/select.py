"""Which sources of time there are for `--clock`, the best first."""

from __future__ import annotations

from drumd.timing.bars import IN_COMMON_TIME, Bars
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.base import Source
from drumd.timing.sources.count_in import CountedTempo
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.free import FreeTempo
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.sources.link import LinkTime
from drumd.timing.sources.midi_clock import HostClock
from drumd.timing.sources.player import LATE_BY_EAR_S, LATE_S
from engine.music.notes import Metre


def musical_clock(
    clock: str,
    bpm: float | None = None,
    bars: Bars = IN_COMMON_TIME,
    *,
    link: LinkTime | None = None,
    jack: JackTransport | None = None,
    counted: bool = False,
    by_ear: bool = False,
) -> MusicalClock:
    """The musical clock for the settings of that name, with `link` and `jack` where there are.

    `counted`: the song waits for a count-in that drumd sounds. `by_ear`: what is played is heard
    of a little later.
    """
    hosts: list[Source] = [HostClock(), *([jack] if jack else [])]
    late_s = LATE_BY_EAR_S if by_ear else LATE_S
    metre = bars.changes[0].metre
    sources = _sources(clock, bpm, metre, hosts, link, counted=counted, late_s=late_s)
    return MusicalClock(*sources, bars=bars)


def _sources(
    clock: str,
    bpm: float | None,
    metre: Metre,
    hosts: list[Source],
    link: LinkTime | None,
    *,
    counted: bool,
    late_s: float,
) -> list[Source]:
    match clock:
        case "host":
            return hosts
        case "link":
            assert link is not None
            return [link]
        case "count-in" if not counted:
            return [CountedTempo(metre, strict=False, late_s=late_s)]
        case "free" if not counted:
            foot = CountedTempo(metre, by_foot_only=True, late_s=late_s)
            return [foot, FreeTempo(bpm, metre, late_s=late_s)]
        case "given":
            assert bpm is not None
            return [GivenTempo(bpm, metre, counted=counted)]
    linked = [] if link is None else [link]
    if counted:  # what is played before the count is over begins nothing
        return [*hosts, *linked, CountedTempo(metre, by_foot_only=True, late_s=late_s)]
    player = [CountedTempo(metre, late_s=late_s), FreeTempo(bpm, metre, late_s=late_s)]
    sources: list[Source] = [*hosts, *linked, *player]
    if bpm is not None:
        sources.append(GivenTempo(bpm, metre))  # until the beat is sure
    return sources
