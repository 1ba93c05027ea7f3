"""Who tells the player what goes on: plain lines, or a live screen on a terminal.

A reader or a terminal that has gone, or that waits, is no reason to hold up or end a jam: what is
told goes to a stream that never fails (`drumd.status.unblocked`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Protocol

from drumd.status.plain import harmless, redraws
from drumd.status.snapshot import Snapshot

SCREEN_S = 0.25  # between two pictures of the live screen
LINE_BARS = 16  # a plain line comes every so many bars, and when the drums change what they do


class Reporter(Protocol):
    """Shows what the daemon has to say. Runs on the main thread."""

    def say(self, text: str) -> None:
        """Something has happened."""

    def show(self, snapshot: Snapshot) -> None:
        """This is how the jam stands; called a few times a second."""

    def __enter__(self) -> Reporter: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class PlainReporter:
    """Writes a line when something changes, and one every few bars."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._last: tuple[object, ...] = ()
        self._notice = ""

    def say(self, text: str) -> None:
        self._stream.write(harmless(text) + "\n")

    def show(self, snapshot: Snapshot) -> None:
        step = None if snapshot.bar is None else (snapshot.bar - 1) // LINE_BARS
        if snapshot.notice and snapshot.notice != self._notice:
            self.say(snapshot.notice)
        self._notice = snapshot.notice
        playing = (snapshot.doing, snapshot.groove, snapshot.dials)
        state = (*playing, snapshot.source, step, snapshot.away)
        if state != self._last:
            self._last = state
            self.say(snapshot.line())

    def __enter__(self) -> PlainReporter:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


class ScreenReporter:
    """Redraws a small screen in place; what is said scrolls by above it."""

    def __init__(self, stream: IO[str]) -> None:
        from rich.console import Console  # only here: it takes a tenth of a second to import
        from rich.live import Live
        from rich.text import Text

        self._console = Console(file=stream, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._text = Text

    def say(self, text: str) -> None:
        self._console.print(self._text(harmless(text)))

    def show(self, snapshot: Snapshot) -> None:
        self._live.update(self._text(harmless(snapshot.screen())), refresh=True)

    def __enter__(self) -> ScreenReporter:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()


class Overheard:
    """A reporter whose every word another one hears too."""

    def __init__(self, reporter: Reporter, hear: Callable[[str], None]) -> None:
        self._reporter, self._hear = reporter, hear

    def say(self, text: str) -> None:
        self._reporter.say(text)
        self._hear(text)

    def show(self, snapshot: Snapshot) -> None:
        self._reporter.show(snapshot)

    def __enter__(self) -> Overheard:
        self._reporter.__enter__()
        return self

    def __exit__(self, *ending: Any) -> None:
        self._reporter.__exit__(*ending)


def reporter_for(stream: IO[str]) -> Reporter:
    """A screen on a terminal that can redraw it, else lines."""
    return ScreenReporter(stream) if redraws(stream) else PlainReporter(stream)
