"""An Ableton Link session that follows drumd: its tempo and its bars are those of the song.

Owned by the main thread. While the song rolls by the player's time, the session's tempo is set when
it has changed, and its phase when it has moved off; other peers go along, as they do with any peer
that somebody plays. Bars lie on the session's bars.
"""

from __future__ import annotations

from typing import Protocol

from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.link import Clocks, LinkClock, Session, join

EVERY_S = 0.1  # a session is written to no more often
CHANGED_BPM = 0.05
OFF_S = 0.005  # between the song's beat and the session's; more is put right


class LedSession(Session, Protocol):
    """A session's state that is written to."""

    def setTempo(self, bpm: float, micros: int, /) -> None: ...  # noqa: N802 (the library's names)

    def setIsPlaying(self, playing: bool, micros: int, /) -> None: ...  # noqa: N802

    def forceBeatAtTime(self, beat: float, micros: int, quantum: float, /) -> None: ...  # noqa: N802


class LedPeer(Protocol):
    """Ourselves, as a peer that leads."""

    enabled: bool

    def clock(self) -> LinkClock: ...

    def captureAppSessionState(self) -> LedSession: ...  # noqa: N802

    def commitAppSessionState(self, session: LedSession, /) -> None: ...  # noqa: N802


class LinkLead:
    """Gives the song's time to the session."""

    def __init__(
        self,
        clock: Clock,
        musical: MusicalClock,
        *,
        peer: LedPeer | None = None,
    ) -> None:
        self._peer: LedPeer = peer or join()  # type: ignore[assignment]
        self._clocks = Clocks(clock, self._peer.clock())
        self._musical = musical
        self._next = float("-inf")
        self._playing = False

    def step(self, now: float) -> None:
        """Write what has changed; cheap, to be called often."""
        rolling = self._musical.rolling and self._musical.timeline is not None
        if now < self._next and rolling == self._playing:
            return
        self._next = now + EVERY_S
        if rolling or self._playing:
            self._write(rolling)

    def close(self) -> None:
        """Let the others know that the song is over, and leave."""
        if self._playing:
            self._write(rolling=False)
        self._peer.enabled = False

    def _write(self, rolling: bool) -> None:
        session, changed = self._peer.captureAppSessionState(), False
        time, micros = self._clocks.read()
        timeline, bpm = self._musical.timeline, self._musical.bpm
        if rolling and timeline is not None and bpm is not None:
            if abs(session.tempo() - bpm) > CHANGED_BPM:
                session.setTempo(bpm, micros)
                changed = True
            beat = timeline.beat_at(time)
            change = self._musical.bars.change_at(beat)
            since, bar = beat - change.beat, change.metre.beats
            off = (session.beatAtTime(micros, bar) - since) % bar
            if min(off, bar - off) * 60 / bpm > OFF_S:
                session.forceBeatAtTime(since, micros, bar)
                changed = True
        if rolling != self._playing:
            session.setIsPlaying(rolling, micros)
            self._playing, changed = rolling, True
        if changed:
            self._peer.commitAppSessionState(session)
