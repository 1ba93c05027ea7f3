"""Drums into a MIDI file of their own, or beside the guitar, on the time line of the guitar's file.

The tempo, metre and key maps are the input's own events, byte for byte, in the input's ticks per
beat. Drums lie on channel 10 in a track named "AI Drums"; micro-timing is kept to the tick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from engine.midi.smf import KEY, METRE, TEMPO, TRACK_NAME, Event, RawFile, Track, build, meta, parse
from engine.music.general_midi import DRUM_CHANNEL, TrackChannel
from engine.music.notes import Hit

DRUM_TRACK = "AI Drums"
GATE_BEATS = 0.1  # drums do not sustain; long enough for every sampler to hear them
MAPS = (TEMPO, METRE, KEY)
TEXTS = range(1, 10)  # and names: meta events that a track may keep
SYSEX, SYSEX_END = 0xF0, 0xF7
LAST_DENOMINATOR = 6  # a sixty-fourth, as a power of two


def drum_file(
    source: bytes | RawFile, hits: Sequence[Hit], *, guitar: Collection[TrackChannel] = ()
) -> bytes:
    """A MIDI file with the time line of `source` and these hits (beats from the song's start).

    `guitar` names what of the source is kept beside the drums, as (track, channel) from 0.
    """
    file = parse(source) if isinstance(source, bytes) else source
    kept = [_guitar_track(file, number, guitar) for number in sorted({n for n, _ in guitar})]
    drums = drum_track(hits, file.division)
    return build(RawFile(file.division, (_time_line(file), *kept, drums)))


def drum_track(hits: Iterable[Hit], division: int) -> Track:
    """The hits as a track; every note ends before its drum is struck again."""
    loudest: dict[tuple[int, int], int] = {}
    for hit in hits:
        key = (hit.drum, max(0, round(hit.beat * division)))
        loudest[key] = max(hit.velocity, loudest.get(key, 0))
    gate = max(1, round(GATE_BEATS * division))
    ons, offs = [], []
    struck = sorted(loudest)
    for (drum, tick), (next_drum, next_tick) in zip(struck, [*struck[1:], (-1, 0)], strict=False):
        end = min(tick + gate, next_tick) if next_drum == drum else tick + gate
        ons.append(Event(tick, bytes([0x90 | DRUM_CHANNEL, drum, loudest[drum, tick]])))
        offs.append(Event(end, bytes([0x80 | DRUM_CHANNEL, drum, 0])))
    name = meta(0, TRACK_NAME, DRUM_TRACK.encode())
    return Track.of([name, *offs, *ons])  # at one tick notes end before others begin


def _time_line(file: RawFile) -> Track:
    """The tempo, metre and key events of all tracks in order of time, up to the song's end."""
    maps = [event for track in file.tracks for event in track.events if _is_map(event)]
    return Track.of(maps, max(track.end for track in file.tracks))


def _is_map(event: Event) -> bool:
    """Whether an event is a change of tempo, metre or key that makes sense to other programs."""
    if event.meta not in MAPS:
        return False
    told = event.payload
    if event.meta == TEMPO:
        return len(told) == 3 and any(told)
    if event.meta == METRE:
        return len(told) == 4 and told[0] > 0 and told[1] <= LAST_DENOMINATOR
    return len(told) == 2 and (told[0] <= 7 or told[0] >= 249) and told[1] <= 1


def _guitar_track(file: RawFile, number: int, guitar: Collection[TrackChannel]) -> Track:
    """A track of the source as it is, without other instruments and what the time line has."""
    track = file.tracks[number]
    free = _free_channel(guitar)
    events = (
        _moved(event, free)
        for event in track.events
        if (_is_kept(event) if event.channel is None else (number, event.channel) in guitar)
    )
    return Track.of(events, track.end)


def _is_kept(event: Event) -> bool:
    """Whether an event of no channel goes with the guitar: texts, and sysex in one piece."""
    if event.data[0] == SYSEX:
        return event.data[-1] == SYSEX_END and event.payload[:-1].isascii()
    return event.meta in TEXTS


def _free_channel(guitar: Collection[TrackChannel]) -> int:
    """A channel that nothing else has, for a string that lies on the drums' own."""
    taken = {channel for _, channel in guitar} | {DRUM_CHANNEL}
    return next((channel for channel in range(16) if channel not in taken), 0)


def _moved(event: Event, free: int) -> Event:
    if event.channel != DRUM_CHANNEL:
        return event
    return Event(event.tick, bytes([event.data[0] & 0xF0 | free]) + event.data[1:])
