"""A MIDI file as an input: played in real time, as a host would, with its clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import mido

from drumd.errors import PortError
from drumd.ports.port import Receiver
from drumd.timing.clock import Clock

CLOCKS_PER_BEAT = 24
LEAD_IN_S = 0.2  # between opening the port and the host's start


class FileInput:
    """Plays a MIDI file's guitar to the receiver, on a thread of its own."""

    def __init__(self, path: Path, receive: Receiver, clock: Clock) -> None:
        self.name = path.name
        self.ended = False
        self._events = host_events(path)
        self._receive, self._clock = receive, clock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name="file input", daemon=True)
        self._thread.start()

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _play(self) -> None:
        start = self._clock.now() + LEAD_IN_S
        for seconds, message in self._events:
            if self._closing.wait(max(0.0, start + seconds - self._clock.now())):
                return
            self._receive(self._clock.now(), message)
        self.ended = True


def host_events(path: Path) -> list[tuple[float, mido.Message]]:
    """What a host would send while it plays the file: (seconds from its start, message)."""
    try:
        midi = mido.MidiFile(path)
        seconds = _seconds_of(midi)
        tracks = [list(_notes(track)) for track in midi.tracks]
    except Exception as error:  # mido raises whatever its parsing stumbles on
        raise PortError(f"{path} cannot be played: it is no intact MIDI file ({error})") from error
    notes = sorted((event for track in tracks for event in track), key=lambda event: event[0])
    if not notes:
        raise PortError(f"{path} holds no notes to play")
    end = notes[-1][0]
    step = midi.ticks_per_beat / CLOCKS_PER_BEAT
    clocks = [(index * step, mido.Message("clock")) for index in range(int(end / step) + 2)]
    merged = [(0, mido.Message("start"))]
    merged += sorted([*clocks, *notes], key=lambda event: event[0])
    merged.append((merged[-1][0], mido.Message("stop")))
    return [(seconds(tick), message) for tick, message in merged]


def _notes(track: mido.MidiTrack) -> Iterator[tuple[int, mido.Message]]:
    tick = 0
    for message in track:
        tick += message.time
        if message.type in ("note_on", "note_off") and message.channel != 9:
            yield tick, message


def _seconds_of(midi: mido.MidiFile):  # type: ignore[no-untyped-def]
    tempo = next((m.tempo for track in midi.tracks for m in track if m.type == "set_tempo"), 500000)
    return lambda tick: tick * tempo / 1e6 / midi.ticks_per_beat
