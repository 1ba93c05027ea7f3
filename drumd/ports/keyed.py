"""A port to a kit that has its own keys: what goes out is put on them, and cymbals are choked.

What is sent through it, and recorded, is on drumd's own keys; only the other end hears others.
"""

from __future__ import annotations

from collections.abc import Iterator

import mido

from drumd.ports.base import Handed, OnServer, OutputPort, Place
from drumd.timing.clock import Clock
from drumd.timing.transport_place import TransportPlace
from engine.music.kit import VOICE_OF, Voice
from engine.music.kit_map import KitMap

ALL_NOTES_OFF = 123
RINGS_S = 4.0  # a cymbal struck longer ago needs no hand any more
CHOKE_VELOCITY = 64


class Keyed:
    """An output port whose notes are those of a kit."""

    def __init__(self, port: OutputPort, kit: KitMap, clock: Clock) -> None:
        self._port, self._kit, self._clock = port, kit, clock
        self._struck: dict[Voice, float] = {}  # cymbals that can be choked: when, last

    @property
    def name(self) -> str:
        return self._port.name

    @property
    def place(self) -> Place:
        return self._port.place

    @property
    def failed(self) -> int:
        return self._port.failed

    @property
    def ahead_s(self) -> float:
        return self._port.ahead_s

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        if message.type in ("note_on", "note_off"):
            self._note(message, at)
            return self._port.send(message.copy(note=self._kit.key(message.note)), at)
        if message.type == "control_change" and message.control == ALL_NOTES_OFF:
            for choke in self._chokes(message.channel):
                self._port.send(choke, at)
        return self._port.send(message, at)

    def lost(self) -> str | None:
        return self._port.lost()

    def transport(self) -> TransportPlace | None:
        return self._port.transport() if isinstance(self._port, OnServer) else None

    def close(self) -> None:
        self._port.close()

    def _note(self, message: mido.Message, at: float | None) -> None:
        voice = VOICE_OF.get(message.note)
        if message.type == "note_on" and voice is not None:
            voice = self._kit.voice(voice)
            if voice in self._kit.choke or voice in self._kit.aftertouch:
                self._struck[voice] = self._clock.now() if at is None else at

    def _chokes(self, channel: int) -> Iterator[mido.Message]:
        """What stops the cymbals that ring, as a drummer's hand does at the end."""
        since = self._clock.now() - RINGS_S
        ringing = [voice for voice, at in self._struck.items() if at >= since]
        self._struck.clear()
        for voice in ringing:
            if voice in self._kit.aftertouch:
                key = {"channel": channel, "note": self._kit.keys[voice]}
                yield mido.Message("polytouch", value=127, **key)
                yield mido.Message("polytouch", value=0, **key)
            else:
                key = {"channel": channel, "note": self._kit.choke[voice]}
                yield mido.Message("note_on", velocity=CHOKE_VELOCITY, **key)
                yield mido.Message("note_off", **key)
