"""Ardour without its window, recording one JACK MIDI port as a user's DAW would.

Ardour runs in a home folder of its own, so neither its first-run questions nor the settings of
whoever runs the tests come into play. Times of a take are seconds from the start of its file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import mido
import pytest

from tests.support.jack.harness import JackServer, require_jack

PROGRAM = "ardour7-lua"
SCRIPT = Path(__file__).parent / "ardour_record.lua"
TICK_S = 0.5 / 1920  # Ardour keeps musical time in 1/1920 of a beat, at 120 bpm in a new session
PATIENCE_S = 60.0
STARTS = 4  # of a new server and Ardour, where they lose each other
LOST = "JACK server has been closed"

Timed = tuple[float, mido.Message]
Made = TypeVar("Made")


class ServerLostError(AssertionError):
    """Ardour and its JACK server have lost each other, as one start in ten does (jackd 1.9.21).

    The server then reads requests from Ardour that it did not send, and ends. Nothing is recorded.
    """


def with_ardour(attempt: Callable[[Path], Made], folder: Path) -> Made:
    """What an attempt in a new folder gives, made again where Ardour and its server are lost."""
    for start in range(STARTS):
        own = folder / str(start)
        own.mkdir()
        try:
            return attempt(own)
        except ServerLostError:
            if start == STARTS - 1:
                raise
    raise AssertionError("there was no attempt")


def require_ardour() -> None:
    """Skip where Ardour or JACK is missing; fail there instead if both have to be present."""
    require_jack()
    if shutil.which(PROGRAM) is not None:
        return
    reason = f"needs {PROGRAM} (apt-get install ardour)"
    if os.environ.get("DRUMD_REQUIRE_JACK") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class Ardour:
    """A session that records the port `source`; use it as a context, in which it is rolling."""

    def __init__(self, folder: Path, server: JackServer, source: str) -> None:
        self._session = folder / "session"
        client = f"ardour-{os.getpid()}"  # JACK tells clients of all servers apart by name only
        self._log = folder / "ardour.log"
        home = folder / "home"
        home.mkdir(parents=True)
        environment = os.environ | {"HOME": str(home), "JACK_DEFAULT_SERVER": server.name}
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            environment[f"XDG_{name}_HOME"] = str(home / name.lower())
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, str(SCRIPT), str(self._session), source, str(server.rate), client],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
            )

    def __enter__(self) -> Ardour:
        self._wait_for("recording")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def stop(self) -> list[Timed]:
        """Stop, save, leave Ardour; the take's note messages in order, in seconds."""
        self._process.communicate(b"\n", timeout=PATIENCE_S)
        self._wait_for("saved")
        takes = sorted(self._session.rglob("midifiles/*.mid"))
        if len(takes) != 1:
            raise AssertionError(f"Ardour left {len(takes)} takes:\n{self._log.read_text()}")
        return read_take(takes[0])

    def _wait_for(self, word: str) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while word not in self._log.read_text().splitlines():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.__exit__(None, None, None)
                log = self._log.read_text()
                failure = ServerLostError if LOST in log else AssertionError
                raise failure(f"Ardour never said {word!r}:\n{log}")
            time.sleep(0.05)


def read_take(path: Path) -> list[Timed]:
    """The notes of a MIDI file that Ardour recorded, in a session of 120 bpm."""
    song = mido.MidiFile(path)
    taken: list[Timed] = []
    tick = 0
    for message in mido.merge_tracks(song.tracks):
        tick += message.time
        if message.type in ("note_on", "note_off"):
            taken.append((tick / song.ticks_per_beat * 0.5, message))
    return taken
