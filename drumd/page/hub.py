"""Between the daemon's door and the pages: what comes is handed to all, what they ask goes back.

A `Hub` belongs to the page process, whose one thread runs all of it. It keeps how the jam stands,
for a page that comes later or that has fallen behind.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from drumd.errors import RemoteError
from drumd.remote.order import Order
from drumd.remote.places import connect, doors, runtime_folder

AGAIN_S = 0.5  # between two looks for a daemon
BEHIND = 64  # messages that may wait for one page
LONGEST_LINE = 1 << 20  # bytes of a message of the daemon

State = dict[str, object]


class Page:
    """One page that is open: what is still to be sent to it."""

    def __init__(self) -> None:
        self._waiting = asyncio.Queue[str](BEHIND)
        self.behind = True  # has to be told all anew

    def tell(self, message: str) -> None:
        """Let it know, unless it does not listen: then it is told all anew later."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.behind = True

    def empty(self) -> bool:
        return self._waiting.empty()

    async def next(self) -> str:
        return await self._waiting.get()


class Hub:
    """Speaks to the daemon; `door` is the only one to go through, None the newest there is."""

    def __init__(self, door: Path | None, *, gone: Callable[[], None] = lambda: None) -> None:
        """`gone` is called when the daemon of that one door is no more."""
        self._door, self._gone = door, gone
        self._pages: set[Page] = set()
        self._jam: State = {}
        self._writer: asyncio.StreamWriter | None = None

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """A page is open."""
        page = Page()
        self._pages.add(page)
        self._catch_up(page)
        try:
            yield page
        finally:
            self._pages.discard(page)

    def order(self, order: Order) -> None:
        """Hand an order to the daemon, if there is one."""
        if self._writer is not None:
            self._writer.write(order.line())

    async def run(self) -> None:
        """Stay with a daemon, and look for another one when it has gone."""
        while True:
            with suppress(OSError):
                await self._visit()
            self._lose()
            if self._door is not None:
                self._gone()
                return
            await asyncio.sleep(AGAIN_S)

    async def _visit(self) -> None:
        """Go through a door and hand on what is said there until it is closed."""
        door = await asyncio.to_thread(self._find)
        if door is None:
            return
        reader, self._writer = await asyncio.open_connection(sock=door, limit=LONGEST_LINE)
        with suppress(ValueError):  # a line that never ends
            while line := await reader.readline():
                self._hear(line)

    def _find(self) -> socket.socket | None:
        if self._door is not None:
            return connect(self._door)
        with suppress(RemoteError):
            for door in doors(runtime_folder()):
                with suppress(OSError):
                    return connect(door)
        return None

    def _hear(self, line: bytes) -> None:
        message = line.decode().rstrip("\n")
        changed = json.loads(message).get("jam")
        if changed is not None:
            self._jam |= changed
        for page in self._pages:
            if page.behind and page.empty():
                self._catch_up(page)
            elif not page.behind:
                page.tell(message)

    def _lose(self) -> None:
        """The daemon is gone."""
        if self._writer is not None:
            self._writer.close()
        self._writer, self._jam = None, {}
        for page in self._pages:
            page.behind = False
            page.tell('{"gone":true}')

    def _catch_up(self, page: Page) -> None:
        """Tell a page all of how the jam stands."""
        page.behind = False
        page.tell(json.dumps({"jam": self._jam} if self._jam else {"gone": True}))
