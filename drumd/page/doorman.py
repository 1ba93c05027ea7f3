"""Who may come in: which names the page answers to, from where it may be steered, with which code.

A page of another site that is open in the same browser can reach loopback too, by our own name or
by one that it has pointed at us. It cannot lie about `Host` and `Origin`, and it does not know the
code.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
import time
from collections import deque
from collections.abc import Callable

TRIES, TRIES_S = 8, 60.0  # so many wrong codes in that time; then none is looked at
NAMES = ("localhost", "127.0.0.1", "[::1]")


class Doorman:
    """Knows the code and counts the wrong ones."""

    def __init__(
        self, code: str, *, lan: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._code, self._lan, self._now = code, lan, now
        self._wrong = deque[float](maxlen=TRIES)

    def knows_host(self, host: str) -> bool:
        """Whether a request to that `Host` is meant for us.

        In the network that is any address, since names alone can be pointed elsewhere, and our own
        name.
        """
        name = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
        name = name.lower()
        if name in NAMES:
            return True
        return self._lan and (_is_address(name) or name in _own_names())

    def knows_origin(self, origin: str, host: str) -> bool:
        """Whether a page of that `Origin` is our own, as it was asked for from `host`."""
        return origin == f"http://{host}" and self.knows_host(host)

    def admits(self, code: object) -> bool:
        """Whether that is the code."""
        now = self._now()
        if len(self._wrong) == TRIES and now - self._wrong[0] < TRIES_S:
            return False
        given = code.strip() if isinstance(code, str) else ""
        if self._lan:
            given = given.upper().replace("-", "").replace(" ", "")
        if hmac.compare_digest(given.encode(), self._code.encode()):
            return True
        self._wrong.append(now)
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _own_names() -> tuple[str, ...]:
    name = socket.gethostname().lower()
    return (name, f"{name.partition('.')[0]}.local")
