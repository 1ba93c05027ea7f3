"""A jam as a user has it: guitar and clock into drumd over JACK, Ardour records the drums."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

import mido
import pytest

from tests.support.ardour import TICK_S, Ardour, Timed, require_ardour, with_ardour
from tests.support.jack.harness import Event, JackGuitarist, clock_events, jack_server

BPM = 120.0
BAR_S = 4 * 60 / BPM
JAM_S = 24.0
READY_S = 60.0
KEPT = "jam.mid"
LISTEN = (sys.executable, "-m", "drumd", "listen")


def riff(seconds: float, seed: int = 7) -> list[Event]:
    """A guitar that plays power chords and single notes in eighths, with some left out."""
    chance, played = Random(seed), list[Event]()
    eighth = 60 / BPM / 2
    for step in range(round(seconds / eighth)):
        if chance.random() < 0.2:
            continue
        root = chance.choice((40, 43, 45, 47, 50))
        start = step * eighth + abs(chance.gauss(0, 0.004))
        for pitch in (root, root + 7) if step % 4 == 0 else (root,):
            played.append((start, bytes((0x90, pitch, chance.randint(60, 115)))))
            played.append((start + 0.8 * eighth, bytes((0x80, pitch, 0))))
    return played


@contextmanager
def listening(record: Path) -> Iterator[subprocess.Popen[str]]:
    """`drumd listen` between two virtual JACK ports."""
    options = ("--in", "Guitar", "--out", "AI Drums", "--api", "jack", "--record", str(record))
    with record.with_suffix(".log").open("w") as log:
        process = subprocess.Popen([*LISTEN, *options], stdout=log, stderr=log, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def appeared(guitarist: JackGuitarist, part: str) -> str:
    """The port that shows up with this in its name."""
    give_up = time.monotonic() + READY_S
    while time.monotonic() < give_up:
        if found := guitarist.ports(part):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no JACK port {part!r}, only {guitarist.ports()}")


def in_order(notes: list[Timed]) -> list[Timed]:
    """Drum by drum, each by time, ends before strokes: two drums that are struck within one of
    Ardour's ticks come back in either order."""
    return sorted(notes, key=lambda one: (one[1].note, one[0], one[1].type == "note_on"))


def notes_of(received: list[Event]) -> list[Timed]:
    messages = [(seconds, mido.Message.from_bytes(data)) for seconds, data in received]
    return [one for one in messages if one[1].type in ("note_on", "note_off")]


def strokes(messages: list[mido.Message]) -> Counter[tuple[int, int]]:
    return Counter((one.note, one.velocity) for one in messages if one.type == "note_on")


def jam_in_ardour(folder: Path) -> tuple[list[Timed], list[Timed], float, list[mido.Message]]:
    """What Ardour recorded, what was sent, how long a cycle of the server lasts, and the note-ons
    that drumd wrote itself."""
    with (
        jack_server() as server,
        listening(folder / KEPT) as drumd,
        JackGuitarist(server) as guitarist,
    ):
        drums = appeared(guitarist, "AI Drums")
        guitarist.connect(into=appeared(guitarist, "Guitar"), out_of=drums)
        with Ardour(folder, server, drums) as ardour:
            guitarist.play(clock_events(BPM, JAM_S) + riff(JAM_S))
            guitarist.wait(tail=1.0)
            taken = in_order(ardour.stop())
        drumd.send_signal(signal.SIGINT)
        drumd.wait(READY_S)
    written = [
        one for one in mido.MidiFile(folder / KEPT) if not one.is_meta and one.type == "note_on"
    ]
    return taken, in_order(notes_of(guitarist.received)), server.period_s, written


@pytest.mark.ardour
def test_ardour_records_every_drum_of_a_jam_as_it_was_sent(tmp_path: Path) -> None:
    require_ardour()
    taken, sent, period_s, written = with_ardour(jam_in_ardour, tmp_path)

    assert [message.bytes() for _time, message in taken] == [
        message.bytes() for _time, message in sent
    ]
    assert len(sent) > 2 * 4 * (JAM_S / BAR_S - 4)  # at least a stroke a beat, and its end

    apart = [recorded - heard for (recorded, _), (heard, _) in zip(taken, sent, strict=True)]
    middle = median(apart)  # Ardour began to roll at some moment of its own
    assert max(abs(one - middle) for one in apart) <= period_s + TICK_S

    played = [one for one in written if one.channel == 9 and one.velocity]
    assert strokes(played) == strokes([message for _time, message in sent])
