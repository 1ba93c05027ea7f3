"""The page's process, seen from the daemon, which starts it and never waits for it.

A `PageProcess` belongs to the main thread. The page comes to the daemon through the door, as any
guest does, and ends when the door is closed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import suppress
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path

from drumd.errors import RemoteError
from engine.errors import needs

NICE = 10
END_S = 0.5
LIBRARIES = ("starlette", "uvicorn", "websockets")


class PageProcess:
    """Serves the page beside the daemon whose door that is."""

    def __init__(self, door: Path, port: int, *, lan: bool = False) -> None:
        context = multiprocessing.get_context("spawn")
        self._news, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(theirs, door, port, lan), name="page", daemon=True
        )
        self._process.start()
        theirs.close()

    def news(self) -> str | None:
        """What is to be said of it: where it is, or why it is nowhere."""
        with suppress(EOFError, OSError):
            if self._news.poll():
                return str(self._news.recv())
        return None

    def close(self) -> None:
        """End it; it holds nothing that would be lost."""
        self._process.terminate()
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._news.close()


def check_libraries(what: str) -> None:
    """Say what is missing before a process is started."""
    with needs("page", what):
        for library in LIBRARIES:
            if find_spec(library) is None:
                raise ModuleNotFoundError(name=library)


def _serve(news: Connection, door: Path, port: int, lan: bool) -> None:
    """Run the process; only there are the libraries of the web imported."""
    from drumd.page.server import serve
    from drumd.page.sites import Site, bind, new_code

    with suppress(AttributeError):  # Windows has no terminals that stop
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        bound = bind(port, lan=lan)
    except RemoteError as error:
        news.send(str(error))
        return
    site = Site(bound.getsockname()[1], new_code(lan=lan), lan)
    news.send(site.told)
    serve(bound, site, door)
