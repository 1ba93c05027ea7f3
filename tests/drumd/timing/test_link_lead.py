"""A Link session that follows the song, without a network."""

from __future__ import annotations

import mido
import pytest

from drumd.timing.clock import ManualClock
from drumd.timing.link_lead import LinkLead
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from engine.music.notes import Metre

BPM = 96.0


class Session:
    """A session alone in its network; its state is itself."""

    def __init__(self, clock: ManualClock) -> None:
        self.enabled, self.bpm, self.playing, self.commits = True, 120.0, False, 0
        self._clock, self._origin = clock, (0, 0.5)  # micros, beat

    def clock(self) -> Session:
        return self

    def micros(self) -> int:
        return round(self._clock.now() * 1e6)

    def captureAppSessionState(self) -> Session:  # noqa: N802
        return self

    def commitAppSessionState(self, session: Session) -> None:  # noqa: N802
        assert session is self
        self.commits += 1

    def tempo(self) -> float:
        return self.bpm

    def isPlaying(self) -> bool:  # noqa: N802
        return self.playing

    def timeForIsPlaying(self) -> int:  # noqa: N802
        return 0

    def beatAtTime(self, micros: int, _quantum: float) -> float:  # noqa: N802
        return self._origin[1] + (micros - self._origin[0]) / 60e6 * self.bpm

    def setTempo(self, bpm: float, micros: int) -> None:  # noqa: N802
        self._origin = micros, self.beatAtTime(micros, 4.0)
        self.bpm = bpm

    def setIsPlaying(self, playing: bool, _micros: int) -> None:  # noqa: N802
        self.playing = playing

    def forceBeatAtTime(self, beat: float, micros: int, _quantum: float) -> None:  # noqa: N802
        self._origin = micros, beat


def test_the_session_takes_the_tempo_and_the_bars_of_the_song_and_its_start_and_stop() -> None:
    clock, musical = ManualClock(), MusicalClock(GivenTempo(BPM))
    session = Session(clock)
    lead = LinkLead(clock, musical, peer=session)
    lead.step(clock.now())
    assert session.commits == 0
    musical.hear(clock.now(), mido.Message("note_on", note=45))
    for _ in range(400):
        lead.step(clock.now())
        clock.advance(0.01)
    assert session.playing and session.tempo() == BPM
    assert musical.timeline
    off = session.beatAtTime(session.micros(), 4.0) - musical.timeline.beat_at(clock.now())
    assert off % 4 == pytest.approx(0.0, abs=1e-3) or off % 4 == pytest.approx(4.0, abs=1e-3)
    assert session.commits < 5  # nothing is written where nothing has changed
    lead.close()
    assert not session.playing and not session.enabled


def test_the_session_has_the_bars_of_the_metre_of_now() -> None:
    clock, musical = ManualClock(), MusicalClock(GivenTempo(BPM))
    session, quanta = Session(clock), list[float]()
    lead = LinkLead(clock, musical, peer=session)
    musical.hear(clock.now(), mido.Message("note_on", note=45))
    force = session.forceBeatAtTime

    def forced(beat: float, micros: int, quantum: float) -> None:
        quanta.append(quantum)
        force(beat, micros, quantum)

    session.forceBeatAtTime = forced  # type: ignore[method-assign]
    for step in range(600):
        if step == 200:
            musical.take_metre(Metre(3, 4), 4.0)
        musical.tick(clock.now())
        lead.step(clock.now())
        clock.advance(0.01)
    into = (musical.beat - 4.0) % 3
    assert session.beatAtTime(session.micros(), 3.0) % 3 == pytest.approx(into, abs=0.05)
    assert quanta[-1] == 3.0 and len(quanta) < 5
