"""Musical time from an Ableton Link session: tempo, phase, start and stop, shared on the network.

Owned by the main thread, which looks at the session at every tick; the library's own threads talk
to the network. A session's beats are alike on all its peers only in their place in the bar, so the
song's beats are counted from the bar line before it began to roll.

Link counts microseconds of a clock that is not ours (on Linux it runs free of the corrections that
ours gets). Every look reads one between two readings of the other, so the two cannot drift apart.
"""

from __future__ import annotations

from math import floor
from typing import Protocol, cast

from drumd.timing.clock import Clock
from drumd.timing.sources.base import Source
from drumd.timing.timeline import Timeline
from engine.errors import needs
from engine.music.notes import COMMON_TIME, Metre

LOOKS = 3  # readings of both clocks, of which the quickest counts
SHARP_S = 50e-6  # a reading that took longer was interrupted: the last good one holds
MOVED = 0.5  # beats; a session that lies so far from its line was moved
ALONE_BPM = 120.0  # the tempo of a session that has nobody else in it


class Session(Protocol):
    """A session as its state is now; times are microseconds on Link's clock."""

    def tempo(self) -> float: ...

    def isPlaying(self) -> bool: ...  # noqa: N802 (the library's name)

    def timeForIsPlaying(self) -> int: ...  # noqa: N802

    def beatAtTime(self, micros: int, quantum: float, /) -> float: ...  # noqa: N802


class LinkClock(Protocol):
    """Link's own clock."""

    def micros(self) -> int: ...


class Peer(Protocol):
    """Ourselves, as a peer of a session."""

    enabled: bool

    def numPeers(self) -> int: ...  # noqa: N802

    def clock(self) -> LinkClock: ...

    def captureAppSessionState(self) -> Session: ...  # noqa: N802


class LinkTime(Source):
    """Follows a session from the moment another peer is in it.

    A session in which nobody has said start or stop rolls at once; from the first start on it
    rolls and stands still as it is told. Where the others leave, `lasting` time goes on at their
    tempo; else the source stops, and `vanished` says that the song does not.
    """

    name = "link"

    def __init__(
        self, clock: Clock, metre: Metre = COMMON_TIME, *, lasting: bool = False,
        peer: Peer | None = None,
    ) -> None:  # fmt: skip
        self._vanished = False
        self._peer = peer or join()
        self._clocks = Clocks(clock, self._peer.clock())
        self._bar = self._next_bar = metre.beats  # quarter notes; of a song to come
        self._lasting = lasting
        self._untold = self._peer.captureAppSessionState().timeForIsPlaying()
        self._told = False  # somebody has said start or stop
        self._met = False  # others are here, or were, and their time lasts
        self._offset = 0.0  # beats of the session at the song's beat 0

    @property
    def standing(self) -> bool:
        """Whether others are here, and have stopped."""
        return self._met and not self.rolling

    @property
    def vanished(self) -> bool:
        return self._vanished

    def tick(self, now: float) -> None:  # noqa: ARG002 (the clocks are read together)
        """Look at the session."""
        session, others = self._peer.captureAppSessionState(), self._peer.numPeers()
        self._met = others > 0 or (self._met and self._lasting)
        time, micros = self._clocks.read()
        said = session.timeForIsPlaying()
        self._told |= self._met and (session.isPlaying() or said != self._untold)
        began = said if self._told else micros
        rolling = self._met and (not self._told or session.isPlaying()) and micros >= began
        self._vanished = not self._met and (self._vanished or self.rolling)
        if rolling:
            self._draw(session, time, micros, began)
        self.rolling = rolling

    def take_metre(self, metre: Metre) -> None:
        self._next_bar = metre.beats

    def close(self) -> None:
        """Leave the session."""
        self._peer.enabled = False

    def _draw(self, session: Session, time: float, micros: int, began: int) -> None:
        if not self.rolling:
            self._bar = self._next_bar
        beat, old = session.beatAtTime(micros, self._bar), self.timeline
        moved = old is not None and abs(beat - self._offset - old.beat_at(time)) > MOVED
        if not self.rolling:
            first = session.beatAtTime(began, self._bar)
            self._offset = floor(first / self._bar + 1e-6) * self._bar
        if moved or not self.rolling:
            self.jumps += 1
        self.timeline = Timeline(time, beat - self._offset, session.tempo())


class Clocks:
    """Link's clock and ours, read at the same moment."""

    def __init__(self, ours: Clock, links: LinkClock) -> None:
        self._ours, self._links = ours, links
        self._apart: float | None = None  # seconds from Link's clock to ours

    def read(self) -> tuple[float, int]:
        """One moment on both: our seconds and Link's microseconds."""
        width, time, micros = min(self._look() for _ in range(LOOKS))
        if width <= SHARP_S or self._apart is None:
            self._apart = time - micros / 1e6
        return micros / 1e6 + self._apart, micros

    def _look(self) -> tuple[float, float, int]:
        before = self._ours.now()
        micros = self._links.micros()
        after = self._ours.now()
        return after - before, (before + after) / 2, micros


def join() -> Peer:
    """Join the session on this network, or begin one."""
    with needs("link", "following Ableton Link"):
        from link import Link
    peer = Link(ALONE_BPM)
    peer.startStopSyncEnabled = True
    peer.enabled = True
    return cast(Peer, peer)
