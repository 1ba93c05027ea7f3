"""Where the page is to be found: the address that is bound, and the link that is told."""

from __future__ import annotations

import errno
import secrets
import socket
from dataclasses import dataclass

from drumd.errors import RemoteError

PORT = 8722
NEXT_PORTS = 20  # tried one after the other where that one is taken
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another
CODE_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Site:
    """One address with the code that opens it."""

    port: int
    code: str
    lan: bool = False

    @property
    def link(self) -> str:
        """For a browser on this machine; the code lies behind `#`, which browsers do not send."""
        return f"http://{LOOPBACK}:{self.port}/#{self.code}"

    @property
    def told(self) -> str:
        """What to tell the player."""
        if not self.lan:
            return f"page: {self.link}"
        return f"page: http://{own_address()}:{self.port}/ in this network, code {self.code}"


def new_code(*, lan: bool) -> str:
    """A code that nobody guesses; for the network one that can be typed on a phone."""
    if not lan:
        return secrets.token_urlsafe(16)
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))


def bind(port: int, *, lan: bool) -> socket.socket:
    """Listen on that port, or on one of the next; a RemoteError if all are taken."""
    for wanted in (*range(port, min(port + NEXT_PORTS, 65536)), 0) if port else (0,):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, _exclusive(), 1)
        try:
            bound.bind((EVERYWHERE if lan else LOOPBACK, wanted))
            bound.listen()  # who comes before it is served waits
        except OSError as error:
            bound.close()
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                continue
            raise RemoteError(f"the page cannot be served: {error.strerror}") from error
        return bound
    raise RemoteError("the page cannot be served: no port is free")


def own_address() -> str:
    """This machine's address in its network; loopback if it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # of no machine; nothing is sent
            return str(asking.getsockname()[0])
        except OSError:
            return LOOPBACK


def _exclusive() -> int:
    """The option by which a port is ours alone, and free again at once after us."""
    return getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
