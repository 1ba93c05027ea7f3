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

    `counted`: the song waits for a count-in that drumd sounds. `by_ear`: strokes are told as they
    sound, and which notes they were a little later.
    """
    hosts: list[Source] = [HostClock(), *([jack] if jack else [])]
    metre = bars.changes[0].metre
    sources = _sources(clock, bpm, metre, hosts, link, counted=counted, by_ear=by_ear)
    return MusicalClock(*sources, bars=bars)


def _sources(
    clock: str,
    bpm: float | None,
    metre: Metre,
    hosts: list[Source],
    link: LinkTime | None,
    *,
    counted: bool,
    by_ear: bool,
) -> list[Source]:
    match clock:
        case "host":
            return hosts
        case "link":
            assert link is not None
            return [link]
        case "count-in" if not counted:
            return [CountedTempo(metre, strict=False, by_ear=by_ear)]
        case "free" if not counted:
            foot = CountedTempo(metre, by_foot_only=True, by_ear=by_ear)
            return [foot, FreeTempo(bpm, metre, by_ear=by_ear)]
        case "given":
            assert bpm is not None
            return [GivenTempo(bpm, metre, counted=counted)]
    linked = [] if link is None else [link]
    if counted:  # what is played before the count is over begins nothing
        return [*hosts, *linked, CountedTempo(metre, by_foot_only=True, by_ear=by_ear)]
    player = [CountedTempo(metre, by_ear=by_ear), FreeTempo(bpm, metre, by_ear=by_ear)]
    sources: list[Source] = [*hosts, *linked, *player]
    if bpm is not None:
        sources.append(GivenTempo(bpm, metre))  # until the beat is sure
    return sources
