"""The door of the daemon: guests watch the jam through it and give orders.

A `Door` belongs to the main thread, which calls it between two steps of the jam. Nothing here
waits: what a guest does not read in time is dropped, and it is told all anew once it reads again.

To a guest go lines of JSON: `{"jam": {...}}` is how the jam stands, whole at first and then only
what has changed, with what was played since beside it; `{"said": "..."}` is news;
`{"answer": {"id": ..., "said": ..., "done": true}}` is what came of an order.
"""

from __future__ import annotations

import hmac
import json
import selectors
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from drumd.remote.order import Order
from drumd.remote.places import Listening, listen, runtime_folder

SHOW_S = 0.05  # between two pictures of the jam
MOST_GUESTS = 16
READ = 4096  # bytes taken from a guest at once; the rest waits in its socket
LONGEST_LINE = 4096  # bytes of an order
MOST_WAITING = 262_144  # bytes kept for a guest that does not read
UNREAD = 65_536  # bytes on their way to one: what it reads is not old

State = dict[str, object]


class Door:
    """Lets guests in, takes their orders and tells them how the jam stands."""

    def __init__(self, folder: Path | None = None) -> None:
        """Opens it, in the user's runtime folder if no other is told; or a RemoteError."""
        self._listening: Listening = listen(folder or runtime_folder())
        self._guests: list[_Guest] = []
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening.socket, selectors.EVENT_READ, None)
        self._shown: State = {}
        self._show_at = 0.0

    @property
    def file(self) -> Path:
        """By which it is found."""
        return self._listening.file

    def orders(self) -> list[Order]:
        """What guests have asked for since the last call; to be called often."""
        orders = list[Order]()
        for key, _ in self._selector.select(0):
            if key.data is None:
                self._let_in()
            else:
                orders += self._hear(key.data)
        return orders

    def is_due(self, now: float) -> bool:
        """Whether it is time to `show` how the jam stands, and somebody looks."""
        return bool(self._guests) and now >= self._show_at

    def show(self, now: float, jam: State, played: Mapping[str, object]) -> None:
        """Tell how the jam stands, and what was played since the last time."""
        self._show_at = now + SHOW_S
        news = {key: value for key, value in jam.items() if self._shown.get(key) != value}
        self._shown = jam
        whole = changed = b""
        for guest in self._guests:
            if guest.stale:
                whole = whole or _line({"jam": jam, **played})
            else:
                changed = changed or _line({"jam": news, **played})
            guest.stale = not guest.tell(whole if guest.stale else changed)
        self._see_off()

    def hurry(self) -> None:
        """Something was done: show the jam at once."""
        self._show_at = 0.0

    def say(self, text: str) -> None:
        """Tell everybody a piece of news."""
        self._tell_all({"said": text})

    def answer(self, order: Order, said: str, *, done: bool = True) -> None:
        """Tell what came of an order; all hear it, since it is news to all."""
        self._tell_all({"answer": {"id": order.id, "said": said, "done": done}})

    def close(self) -> None:
        """Send everybody away."""
        for guest in self._guests:
            guest.close()
        self._guests.clear()
        self._selector.close()
        self._listening.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            guest_socket, _ = self._listening.socket.accept()
            if len(self._guests) >= MOST_GUESTS:
                guest_socket.close()
                return
            guest = _Guest(guest_socket, self._listening.word)
            self._guests.append(guest)
            self._selector.register(guest_socket, selectors.EVENT_READ, guest)

    def _hear(self, guest: _Guest) -> Iterator[Order]:
        for line in guest.lines():
            try:
                yield Order.of_line(line)
            except ValueError as error:
                guest.tell(_line({"answer": {"id": "", "said": str(error), "done": False}}))
        self._see_off()

    def _tell_all(self, what: Mapping[str, object]) -> None:
        line = _line(what)
        for guest in self._guests:
            guest.tell(line)
        self._see_off()

    def _see_off(self) -> None:
        """Forget the guests who have gone."""
        for guest in [guest for guest in self._guests if guest.gone]:
            self._selector.unregister(guest.socket)
            guest.close()
            self._guests.remove(guest)


class _Guest:
    """One who is connected."""

    def __init__(self, connection: socket.socket, word: str) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
        self.socket = connection
        self.gone = False
        self.stale = True  # has to be told all anew
        self._word: str = word  # that it has yet to say
        self._read, self._unsent = b"", b""

    def lines(self) -> Iterator[bytes]:
        """The whole lines that have come."""
        try:
            data = self.socket.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.gone = True
            return
        *lines, self._read = (self._read + data).split(b"\n")
        if len(self._read) > LONGEST_LINE:
            self.gone = True
        for line in lines:
            if self._word:
                self.gone = not hmac.compare_digest(line, self._word.encode())
                self._word = ""
            elif not self.gone:
                yield line

    def tell(self, line: bytes) -> bool:
        """Send a line, or drop it where the guest does not read; whether it was taken."""
        if self._word or self.gone or len(self._unsent) > MOST_WAITING:
            self._send(b"")
            return False
        self._send(line)
        return True

    def _send(self, line: bytes) -> None:
        self._unsent += line
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.gone = True

    def close(self) -> None:
        self.socket.close()


def _line(what: Mapping[str, object]) -> bytes:
    return json.dumps(what, separators=(",", ":")).encode() + b"\n"
