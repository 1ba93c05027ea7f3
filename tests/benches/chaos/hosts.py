"""Hosts that do what no host should: the events that they and their guitarists send."""

from __future__ import annotations

from tests.support.jack.harness import Event, clock_events
from tests.support.jack.jam import riff, song

BPM = 120.0
LEAD_S = 6.0  # of an ordinary song, before what is odd begins
SYSEX = b"\xf0\x43" + bytes(4092) + b"\xf7"


def steady(seconds: float) -> list[Event]:
    return song(BPM, seconds * BPM / 60)


def dying(turns: int) -> list[Event]:
    """A clock that stops without a stop again and again, and comes back."""
    whole = clock_events(BPM, 4.0 + 2.0 * turns)
    left = [one for one in whole if one[0] < 4 or (one[0] - 4) % 2 > 0.7 or one[1] != b"\xf8"]
    return _with_riff(left)


def jumping(turns: int) -> list[Event]:
    """A host that loops, by stop, position and continue, now on the bar and now within."""
    events = clock_events(BPM, 4.0 + turns)
    for turn in range(turns):
        said = b"\xfc", bytes((0xF2, (turn * 5) % 32, 0)), b"\xfb"
        events += [(4.0 + turn + 0.0005 * place, data) for place, data in enumerate(said)]
    return _with_riff(events)


def tempos(turns: int) -> list[Event]:
    """From 120 to 20 to 400 bpm and back, so many times."""
    events, start = list[Event](), 0.0
    for bpm in (BPM, *(20.0, 400.0) * turns, BPM):
        events += [(start + seconds, data) for seconds, data in clock_events(bpm, 6.0)[:-1]]
        start += 6.0
    starts = [events[0], *(one for one in events[1:] if one[1] != b"\xfa"), (start, b"\xfc")]
    return _with_riff(starts)


def starting(turns: int) -> list[Event]:
    """Start twenty times a second."""
    events = clock_events(BPM, LEAD_S + turns + 2)
    return _with_riff([*events, *((LEAD_S + place / 20, b"\xfa") for place in range(20 * turns))])


def positions(turns: int) -> list[Event]:
    """Song positions, a thousand a second."""
    events = clock_events(BPM, LEAD_S + turns + 2)
    for place in range(1000 * turns):
        events.append((LEAD_S + place / 1000, bytes((0xF2, place * 37 % 128, place % 3))))
    return _with_riff(events)


def notes(turns: int) -> list[Event]:
    """Twenty thousand messages a second, for so many seconds."""
    flood = [bytes((0x90 if key % 2 else 0x80, key, 1)) for key in range(128)]
    events = ((LEAD_S + place / 20_000, flood[place % 128]) for place in range(20_000 * turns))
    return [*steady(LEAD_S + turns + 2), *events]


def bends(turns: int) -> list[Event]:
    """Six strings bent at once, each two hundred times a second."""
    bent = (
        (LEAD_S + place / 1200, bytes((0xE0 | place % 6, place % 128, 32 + place % 64)))
        for place in range(1200 * turns)
    )
    return [*steady(LEAD_S + turns + 2), *bent]


def sysex(turns: int) -> list[Event]:
    """So many times 1 MB of system exclusive, as fast as JACK takes it."""
    packets = 256 * turns
    dump = ((LEAD_S + place / 100, SYSEX) for place in range(packets))
    return [*steady(LEAD_S + packets / 100 + 2), *dump]


def _with_riff(events: list[Event]) -> list[Event]:
    return [*events, *riff(BPM, max(time for time, _ in events) * BPM / 60)]
