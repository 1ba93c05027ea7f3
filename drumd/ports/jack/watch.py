"""Notices that the JACK server has died, which RtMidi does not.

On a dead server its ports stay "open", and after some 2,300 messages `send_message` waits for ever
and keeps the interpreter with it. The client's socket tells: its other end is closed.
"""

from __future__ import annotations

import os
import select
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")
SERVER_GONE = "the JACK server has gone"
OPEN_FILES = Path("/dev/fd")  # on Linux and macOS


class JackWatch:
    """Holds the sockets between a client and its server."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets

    @classmethod
    def while_making(cls, make: Callable[[], Made]) -> tuple[Made, JackWatch]:
        """Make a client, and watch the sockets to JACK that came with it."""
        before = set(jack_sockets())
        made = make()
        return made, cls([_link(fd) for fd in jack_sockets() if fd not in before])

    def lost(self) -> bool:
        """Whether the server has gone. Takes microseconds; any thread may ask."""
        poll = select.poll()  # one of our own: two threads cannot wait on the same
        try:
            for link in self._sockets:
                poll.register(link, 0)  # 0: hang-ups and errors only
        except ValueError:  # closed meanwhile
            return True
        return bool(poll.poll(0))

    def close(self) -> None:
        links, self._sockets = self._sockets, []
        for link in links:
            link.close()


def jack_sockets() -> list[int]:
    """The open sockets of this process whose other end is a JACK server."""
    if not OPEN_FILES.is_dir():
        return []
    return [fd for fd in sorted(int(entry.name) for entry in OPEN_FILES.iterdir()) if _is_jack(fd)]


def _is_jack(fd: int) -> bool:
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return False
        with _link(fd) as link:
            peer = link.getpeername()
    except OSError:
        return False
    return isinstance(peer, str) and "jack" in Path(peer).name


def _link(fd: int) -> socket.socket:
    """A handle of our own: it stays ours when the library closes its one."""
    return socket.socket(fileno=os.dup(fd))
