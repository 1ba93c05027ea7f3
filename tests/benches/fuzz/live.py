"""Damaged bytes on a live input, and a jam that hears them, on a clock moved by hand.

An input is a list of packets, each a byte of time (2 ms), a byte of length and so many bytes, as
the driver's queue hands them over. Its first byte says how drumd is set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from drumd.config import Settings
from drumd.controls import Control
from drumd.ports.rtmidi import RtmidiInput
from tests.support.drummers import Ideas, Rock, Shifted
from tests.support.looping_host import doubled
from tests.support.offline_jam import OfflineJam

UNIT_S = 0.002
LONGEST_S = 12.0
STEP_S = 0.02  # of the main loop: the jam goes through it faster than by the real one
SETTINGS = (
    Settings(clock="host"),
    Settings(clock="auto", fill=Control.parse("cc 80"), style_dial=Control.parse("program")),
    Settings(clock="free", hold=Control.parse("cc 64"), density_dial=Control.parse("cc 21")),
    Settings(clock="auto", bpm=100.0, tap_groove=Control.parse("note 45")),
    Settings(clock="count-in", tap=Control.parse("note 40"), mute=Control.parse("cc 67")),
    Settings(clock="given", bpm=240.0, regenerate=Control.parse("note 43")),
)
DRUMMERS = (Rock, Shifted, Ideas)


class Wire:
    """Stands for the driver: a queue of bytes, with the times between them."""

    is_open = True

    def __init__(self) -> None:
        self.port, self.waiting = self, deque[tuple[Sequence[int], float]]()

    def ignore_types(self, **_: bool) -> None:
        """All is handed over."""

    def plug(self, name: str, _again: Any) -> str:
        return name

    def get_message(self) -> tuple[Sequence[int], float] | None:
        return self.waiting.popleft() if self.waiting else None


def hear(path: Path) -> None:
    """Let a jam hear it all. No drum may sound on, or be struck twice at once."""
    data = path.read_bytes()
    how = data[0] if data else 0
    jam = OfflineJam(DRUMMERS[how % len(DRUMMERS)](), SETTINGS[how % len(SETTINGS)])
    wire = Wire()
    port = RtmidiInput(wire, "Guitar", jam.clock, None)  # type: ignore[arg-type]
    for gap_s, packet in packets(data[1:]):
        if jam.clock.now() > LONGEST_S:
            break
        jam.until(jam.clock.now() + gap_s, STEP_S)
        wire.waiting.append((tuple(packet), gap_s))
        for heard in port.poll():
            jam.jam.inbox.put(*heard)
    jam.until(jam.clock.now() + 1.0, STEP_S)
    assert jam.jam.snapshot().line()
    jam.scheduler.stop()
    _look_at(jam)


def packets(data: bytes) -> Iterator[tuple[float, bytes]]:
    """(seconds since the one before, bytes)."""
    at = 0
    while at + 2 <= len(data):
        yield data[at] * UNIT_S, data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]


def packed(messages: Sequence[tuple[float, bytes]], how: int) -> bytes:
    """The input that plays these, at their seconds."""
    body, now = bytearray((how,)), 0.0
    for time, message in sorted(messages):
        units = max(0, min(255, round((time - now) / UNIT_S)))
        now += units * UNIT_S
        body += bytes((units, len(message))) + message
    return bytes(body)


def _look_at(jam: OfflineJam) -> None:
    left, before = set[int](), 0.0
    for time, message in jam.port.sent:
        assert time >= before, "time runs back"
        before = time
        if message.type == "note_on" and message.velocity:
            left.add(message.note)
        elif message.type in ("note_on", "note_off"):
            left.discard(message.note)
    assert not left, f"sounds on: {left}"
    assert not (twice := doubled(jam.strokes())), f"struck twice: {twice[:3]}"


def jams(_folder: Path) -> Sequence[bytes]:
    """Hosts, riffs, bends on six channels, pedals, jumps, sysex."""
    tick = 60 / 120 / 24
    clock = [(number * tick, b"\xf8") for number in range(24 * 8)]
    riff = [
        (beat / 4 + late, bytes((status | beat % 6, 40 + beat % 6, 90)))
        for beat in range(16)
        for late, status in ((0.0, 0x90), (0.1, 0xE0), (0.2, 0x80))
    ]
    taps = [(beat / 2, bytes((0x90, 40, 100))) for beat in range(8)]
    wishes = [
        (1.0, b"\xb0\x50\x7f"),
        (1.5, b"\xb0\x50\x00"),
        (2.0, b"\xc0\x03"),
        (3.0, b"\xb0\x15@"),
    ]
    jumps = [(3.0, b"\xfc"), (3.001, b"\xf2\x10\x00"), (3.002, b"\xfb"), (4.0, b"\xf2\x7f\x7f")]
    odd = [(0.5, b"\xf0\x43" + bytes(60) + b"\xf7"), (0.7, b"\xff"), (0.8, b"\xfe"), (0.9, b"\x90")]
    start = [(0.0, b"\xfa")]
    return (
        packed([*start, *clock, *riff], 0),
        packed([*start, *clock, *riff, *jumps, *wishes], 1),
        packed([*riff, *wishes], 2),
        packed([*riff, *odd], 3),
        packed([*taps, *riff], 4),
        packed([*taps, *odd, *jumps], 5),
    )
