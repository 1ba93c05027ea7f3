"""Networks of one's own for Ableton Link, and programs that run in them.

Link finds its peers by multicast on every interface: nothing of it may leave the test. The best
there is are two networks with a wire between them, which takes root; then one network of its own
that has a loopback only, which takes a kernel that lets users make one; then this network, if it
has nothing but a loopback either or DRUMD_LINK_HERE=1 says that nobody minds. Programs print JSON
lines; on Linux the monotonic clock of all of them is one and the same, so their times compare.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

WAIT_S = 90.0  # Link looks for new network interfaces every five seconds
OLDER_S = 1.5
ADDRESSES = ("10.99.0.1/24", "10.99.0.2/24")

State = dict[str, Any]
Places = tuple[list[str], list[str]]  # for the peer and for us: what goes before a command there
Way = Callable[[ExitStack], Places | None]


class Program:
    """A program with everything it has said."""

    def __init__(self, *command: str) -> None:
        self.said: list[State] = []
        self._process = subprocess.Popen(
            command,
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
        give_up, looked = time.monotonic() + WAIT_S, 0
        while time.monotonic() < give_up:
            for state in self.said[looked:]:
                looked += 1
                if state["time"] >= since and true(state):
                    return state
            time.sleep(0.02)
        raise AssertionError(f"never came true; it said at last {self.said[-3:]}")

    def looks(self, count: int, *, since: float) -> list[State]:
        """The first so many states that it says since a moment, however long that takes."""
        found = list[State]()
        self.until(lambda state: found.append(state) or len(found) == count, since=since)
        return found

    def between(self, first: float, last: float) -> list[State]:
        """All that it said from one moment to another, which is waited for, and one state more."""
        end = self.until(lambda state: state["time"] > last)
        said = self.said[: self.said.index(end) + 1]
        return [state for state in said if first <= state["time"]]

    def end(self) -> None:
        self._process.kill()
        self._reader.join()  # which has read to the end: nobody else may close what it reads
        self._process.communicate()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.endswith("\n"):  # not half of one, by a program that was killed
                self.said.append(json.loads(line))


class Networks:
    """Starts programs in either place, and ends them."""

    def __init__(self, places: Places) -> None:
        self._theirs, self._ours = places
        self._programs: list[Program] = []

    def peer(self, bpm: float) -> Program:
        """A peer that has been there for a while: where two meet, the older one's time holds."""
        peer = self._start(*self._theirs, sys.executable, "-m", "tests.support.link.peer", str(bpm))
        began = peer.until(lambda _: True)["time"]
        peer.until(lambda state: state["time"] > began + OLDER_S)
        return peer

    def follower(self, clock: str) -> Program:
        return self._start(*self._ours, sys.executable, "-m", "tests.support.link.follower", clock)

    @contextmanager
    def python(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Python at work there, killed at the end."""
        command = [*self._ours, sys.executable, *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def _start(self, *command: str) -> Program:
        program = Program(*command)
        self._programs.append(program)
        return program

    def end(self) -> None:
        for program in self._programs:
            program.end()


@contextmanager
def networks(*ways: Way) -> Iterator[Networks]:
    """The first of the ways there is to have peers meet; skips the test where there is none."""
    pytest.importorskip("link", reason="needs LinkPython-extern (pip install 'drumd[link]')")
    with ExitStack() as stack:
        for way in ways or (wired, lonely, here):
            if places := way(stack):
                made = Networks(places)
                stack.callback(made.end)
                yield made
                return
        pytest.skip("needs ip (apt-get install iproute2) and leave to make network namespaces")


def wired(stack: ExitStack) -> Places | None:
    """Two networks joined by a wire."""
    names = tuple(f"drumd-{os.getpid()}-{side}" for side in "ab")
    for name in names:
        if not _does("ip", "netns", "add", name):
            return None
        stack.callback(_does, "ip", "netns", "del", name)
    _ip(*f"link add wire netns {names[0]} type veth peer name wire netns {names[1]}".split())
    for name, address in zip(names, ADDRESSES, strict=True):
        _ip("-n", name, "addr", "add", address, "dev", "wire")
        for device in ("lo", "wire"):
            _ip("-n", name, "link", "set", device, "up")
    theirs, ours = (["ip", "netns", "exec", name] for name in names)
    return theirs, ours


def lonely(stack: ExitStack) -> Places | None:
    """One network with a loopback and nothing else; it lasts as long as the program that has it."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        return None
    keeper = subprocess.Popen(
        ["unshare", "--map-root-user", "--net", "sh", "-c", "ip link set lo up && echo up && cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    stack.callback(keeper.communicate)  # its input ends, so it does too
    assert keeper.stdout
    if keeper.stdout.readline() != "up\n":
        return None
    place = ["nsenter", "--preserve-credentials", "--user", "--net", f"--target={keeper.pid}"]
    return place, place


def here(_stack: ExitStack) -> Places | None:
    """This very network, if nobody else can be met in it."""
    alone = {name for _, name in socket.if_nameindex()} == {"lo"}
    return ([], []) if alone or os.environ.get("DRUMD_LINK_HERE") == "1" else None


def _does(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
