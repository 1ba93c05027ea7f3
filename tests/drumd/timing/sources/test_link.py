"""Ableton Link's time without a network: what a session says, and how its clock is read."""

import pytest

from drumd.timing.clock import ManualClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.link import Clocks, LinkTime
from engine.music.notes import Metre

APART = 1234.5  # seconds between the two clocks at first
DRIFT = 2e-4  # Link's clock is so much faster


class Raw:
    """A clock of microseconds that runs a little faster than ours."""

    def __init__(self, ours):
        self._ours = ours

    def micros(self):
        return round((self._ours.now() * (1 + DRIFT) + APART) * 1e6)


class FakeSession:
    """A session of one's own; everything in it can be set."""

    def __init__(self, ours):
        self.enabled, self.peers, self.bpm, self.playing = True, 0, 100.0, False
        self.said, self.beat_zero = 0, round(APART * 1e6)
        self._clock = Raw(ours)

    def numPeers(self):  # noqa: N802
        return self.peers

    def clock(self):
        return self._clock

    def captureAppSessionState(self):  # noqa: N802
        return self

    def tempo(self):
        return self.bpm

    def isPlaying(self):  # noqa: N802
        return self.playing

    def timeForIsPlaying(self):  # noqa: N802
        return self.said

    def beatAtTime(self, micros, _quantum):  # noqa: N802
        return (micros - self.beat_zero) / 60e6 * self.bpm

    def say(self, *, playing, ahead_s=0.0):
        self.playing, self.said = playing, self._clock.micros() + round(ahead_s * 1e6)


@pytest.fixture
def ours():
    return ManualClock(10.0)


@pytest.fixture
def session(ours):
    return FakeSession(ours)


def look(link, clock, seconds):
    for _ in range(round(seconds / 0.004)):
        clock.advance(0.004)
        link.tick(clock.now())


def test_the_two_clocks_never_drift_apart(ours):
    clocks = Clocks(ours, Raw(ours))
    for _ in range(100):
        ours.advance(60.0)
        time, micros = clocks.read()
        assert time == pytest.approx(ours.now(), abs=2e-6) and micros == Raw(ours).micros()


def test_an_interrupted_reading_of_the_clocks_does_not_move_the_time(ours):
    class Slow(Raw):
        pause = 0.0

        def micros(self):
            ours.advance(self.pause)
            found = super().micros()
            ours.advance(3 * self.pause)
            return found

    slow = Slow(ours)
    clocks = Clocks(ours, slow)
    clocks.read()
    slow.pause = 0.01
    time, micros = clocks.read()
    assert time == pytest.approx((micros / 1e6 - APART) / (1 + DRIFT), abs=1e-4)


def test_nothing_rolls_until_a_peer_is_there(ours, session):
    link = LinkTime(ours, peer=session)
    look(link, ours, 1)
    assert not link.rolling and link.timeline is None
    session.peers = 1
    look(link, ours, 1)
    assert link.rolling and link.jumps == 1 and 0 <= link.timeline.beat_at(ours.now() - 1) < 4


def test_a_start_that_lies_ahead_is_waited_for_and_begins_the_song(ours, session):
    link = LinkTime(ours, peer=session)
    session.peers = 1
    session.say(playing=False)
    look(link, ours, 1)
    assert link.standing and not link.rolling
    session.say(playing=True, ahead_s=0.5)
    look(link, ours, 0.4)
    assert not link.rolling
    look(link, ours, 0.2)
    assert link.rolling and 0 <= link.timeline.beat_at(ours.now()) < 4 + 1
    session.say(playing=False)
    look(link, ours, 0.01)
    assert link.standing and not link.vanished


def test_a_session_that_is_moved_jumps_and_a_new_tempo_does_not(ours, session):
    link = LinkTime(ours, peer=session)
    session.peers = 1
    look(link, ours, 1)
    beat = session.beatAtTime(session.clock().micros(), 4)
    session.bpm = 140.0
    session.beat_zero = session.clock().micros() - round(beat * 60e6 / session.bpm)
    look(link, ours, 1)
    assert link.jumps == 1 and link.timeline.bpm == 140.0
    session.beat_zero += 700_000
    look(link, ours, 0.1)
    assert link.jumps == 2


def test_the_others_time_goes_on_without_them_only_if_it_is_to_last(ours, session):
    lasting, passing = (LinkTime(ours, lasting=last, peer=session) for last in (True, False))
    session.peers = 1
    look(lasting, ours, 0.1), look(passing, ours, 0.1)
    session.peers = 0
    look(lasting, ours, 0.1), look(passing, ours, 0.1)
    assert lasting.rolling and not lasting.vanished
    assert passing.vanished and not passing.rolling and not passing.standing


def test_in_auto_a_session_that_stands_still_is_waited_for(ours, session):
    musical = musical_clock("auto", link=LinkTime(ours, peer=session))
    session.peers = 1
    session.say(playing=True)
    look(musical, ours, 1)
    assert musical.source == "link" and musical.rolling
    session.say(playing=False)
    look(musical, ours, 1)
    assert musical.source == "link" and not musical.rolling


def test_link_is_left_at_the_end(ours, session):
    LinkTime(ours, peer=session).close()
    assert not session.enabled


def test_another_metre_moves_nothing_until_the_session_begins_to_roll_anew(ours, session):
    quanta, beat_at = list[float](), session.beatAtTime
    session.beatAtTime = lambda micros, quantum: quanta.append(quantum) or beat_at(micros, quantum)
    link = LinkTime(ours, peer=session)
    session.peers = 1
    look(link, ours, 1.0)
    line = link.timeline
    link.take_metre(Metre(3, 4))
    look(link, ours, 1.0)
    now = ours.now()
    assert link.timeline.beat_at(now) == pytest.approx(line.beat_at(now), abs=0.01)
    assert link.jumps == 1 and set(quanta) == {4.0}
    session.say(playing=False)
    look(link, ours, 1.0)
    session.say(playing=True)
    look(link, ours, 0.1)
    assert link.jumps == 2 and quanta[-1] == 3.0
