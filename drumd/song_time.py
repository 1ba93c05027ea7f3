"""Where a song's metre and its time come from, by the settings and by who is there to tell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from drumd.config import Settings, is_audio
from drumd.timing.bars import Bars, unplayable
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.sources.link import LinkTime
from drumd.timing.transport_place import TransportPlace
from engine.music.bars import playable
from engine.music.notes import COMMON_TIME, Metre

Transport = Callable[[], TransportPlace | None]


def song_bars(
    settings: Settings,
    file: Bars | None,
    transport: Transport,
    other: Metre | None,
    say: Callable[[str], None],
) -> Bars:
    """In the metre that was told, else as the host tells: a `file` all of them, the JACK
    transport's master that of now. Else in the `other`, of a song file or a groove.
    """
    if settings.metre is not None:
        return Bars.of(settings.metre)
    told = file
    if told is None and settings.clock in ("auto", "host") and (place := transport()):
        told = Bars.of(place.metre) if place.metre else None
    if told is None:
        return Bars.of(other or COMMON_TIME)
    metres = [(change.beat, change.metre) for change in told.changes]
    for word in dict.fromkeys(unplayable(metre) for _, metre in metres):
        if word:
            say(word)
    return Bars.laid((beat, metre if playable(metre) else COMMON_TIME) for beat, metre in metres)


def song_clock(
    settings: Settings, bars: Bars, transport: Transport, clock: Clock, stack: ExitStack
) -> MusicalClock:
    """The musical clock; a Link session that is joined for it is left with the `stack`."""
    link = None
    if settings.links:
        link = LinkTime(clock, bars.changes[0].metre, lasting=settings.clock == "link")
        stack.callback(link.close)
    return musical_clock(
        settings.clock,
        settings.bpm,
        bars,
        link=link,
        jack=JackTransport(transport, tells_metre=settings.metre is None),
        counted=bool(settings.counts),
        by_ear=is_audio(settings.input),
    )


def time_told(settings: Settings) -> str:
    """Where the time comes from, in words."""
    if settings.counts:
        return f"drumd counts you in at {settings.bpm:g} bpm"
    match settings.clock:
        case "given":
            return f"{settings.bpm:g} bpm, the first note is beat one"
        case "count-in":
            return "four even taps count you in"
        case "link":
            return "the Ableton Link session has the time, as soon as somebody is in it"
        case "free":
            near = f", near {settings.bpm:g} bpm" if settings.bpm else ""
            return f"your notes have the time{near}"
    if settings.bpm is not None:
        return f"{settings.bpm:g} bpm, the first note is beat one; a host's MIDI clock goes before"
    if settings.from_file:
        return "the file has the time"
    if settings.clock == "host":
        return "the host's MIDI clock has the time"
    if settings.link:
        return "a host's MIDI clock or Ableton Link has the time, else four taps or your notes"
    return "a host's MIDI clock has the time, else four taps or your notes"
