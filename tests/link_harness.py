"""Two networks of one's own with a wire between them, and programs that run in one of them.

Ableton Link finds its peers by multicast: nothing of it may leave the test. Programs print JSON
lines; on Linux the monotonic clock of all of them is one and the same, so their times compare.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

WAIT_S = 40.0  # Link looks for new network interfaces every five seconds
OLDER_S = 1.5
ADDRESSES = ("10.99.0.1/24", "10.99.0.2/24")

State = dict[str, Any]


class Program:
    """A program in a network, with everything it has said."""

    def __init__(self, network: str, *arguments: str) -> None:
        self.said: list[State] = []
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", network, sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def until(self, true: Callable[[State], bool], *, since: float = 0.0) -> State:
        """Wait for a state of which something is true, said since a moment."""
        give_up = time.monotonic() + WAIT_S
        while time.monotonic() < give_up:
            for state in tuple(self.said):
                if state["time"] >= since and true(state):
                    return state
            time.sleep(0.02)
        raise AssertionError(f"never came true; it said at last {self.said[-3:]}")

    def between(self, first: float, last: float) -> list[State]:
        """All that it said from one moment to another, which is waited for."""
        self.until(lambda state: state["time"] > last)
        return [state for state in tuple(self.said) if first <= state["time"] <= last]

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(json.loads(line))


class Networks:
    """Starts programs in either network, and ends them."""

    def __init__(self, names: tuple[str, str]) -> None:
        self.names = names
        self._programs: list[Program] = []

    def peer(self, bpm: float) -> Program:
        """A peer that has been there for a while: where two meet, the older one's time holds."""
        peer = self._start(self.names[0], "-m", "tests.link_peer", str(bpm))
        began = peer.until(lambda _: True)["time"]
        peer.until(lambda state: state["time"] > began + OLDER_S)
        return peer

    def follower(self, clock: str) -> Program:
        return self._start(self.names[1], "-m", "tests.link_follower", clock)

    def _start(self, *arguments: str) -> Program:
        program = Program(*arguments)
        self._programs.append(program)
        return program

    def end(self) -> None:
        for program in self._programs:
            program.end()


@contextmanager
def two_networks() -> Iterator[Networks]:
    """Two network namespaces joined by a wire; skips the test where they cannot be had."""
    pytest.importorskip("link", reason="needs LinkPython-extern (pip install 'drumd[link]')")
    if not shutil.which("ip"):
        pytest.skip("needs ip (apt-get install iproute2)")
    names = (f"drumd-{os.getpid()}-a", f"drumd-{os.getpid()}-b")
    try:
        made = subprocess.run(["ip", "netns", "add", names[0]], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"needs root for network namespaces: {made.stderr.strip()}")
        _wire(names)
        networks = Networks(names)
        yield networks
        networks.end()
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _wire(names: tuple[str, str]) -> None:
    _ip("netns", "add", names[1])
    _ip(*f"link add wire netns {names[0]} type veth peer name wire netns {names[1]}".split())
    for name, address in zip(names, ADDRESSES, strict=True):
        _ip("-n", name, "addr", "add", address, "dev", "wire")
        for device in ("lo", "wire"):
            _ip("-n", name, "link", "set", device, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
