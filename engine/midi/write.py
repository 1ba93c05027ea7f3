"""Drums into a MIDI file of their own, or beside the guitar, on the time line of the guitar's file.

The tempo, metre and key maps are the input's own events, byte for byte, in the input's ticks per
beat. Drums lie on channel 10 in a track named "AI Drums"; micro-timing is kept to the tick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from engine.midi.smf import KEY, METRE, TEMPO, TRACK_NAME, Event, RawFile, Track, build, meta, parse
from engine.music.general_midi import DRUM_CHANNEL
from engine.music.notes import Hit

DRUM_TRACK = "AI Drums"
GATE_BEATS = 0.1  # drums do not sustain; long enough for every sampler to hear them
MAPS = (TEMPO, METRE, KEY)


def drum_file(
    source: bytes, hits: Sequence[Hit], *, guitar: Collection[tuple[int, int]] = ()
) -> bytes:
    """A MIDI file with the time line of `source` and these hits (beats from the song's start).

    `guitar` names what of the source is kept beside the drums, as (track, channel) from 0.
    """
    file = parse(source)
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
    maps = [event for track in file.tracks for event in track.events if event.meta in MAPS]
    return Track.of(maps, max(track.end for track in file.tracks))


def _guitar_track(file: RawFile, number: int, guitar: Collection[tuple[int, int]]) -> Track:
    """A track of the source as it is, without other instruments and what the time line has."""
    track = file.tracks[number]
    events = (
        event
        for event in track.events
        if event.meta not in MAPS and (event.channel is None or (number, event.channel) in guitar)
    )
    return Track.of(events, track.end)
