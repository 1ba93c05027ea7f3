"""The drummer's process, as a real process with drummers that need no model."""

import os
import signal
import sys
import time
from dataclasses import replace
from functools import partial

import psutil
import pytest

from drumd.drummer_process import DrummerProcess, as_music
from drumd.errors import DrummerError
from engine.music.notes import Request
from tests.support import drummers


def request(bar=0):
    return Request(bar=bar, start=4.0 * bar, notes=(), heard_until=4.0 * bar)


class Watch:
    """Runs a drummer's process and polls it until something has happened."""

    def __init__(self, factory, answer_s=60.0):
        self.said, self.answers = [], []
        self.process = DrummerProcess(factory, say=self.said.append, answer_s=answer_s)
        self.process.start(time.monotonic())

    def until(self, happened, limit_s=60.0):
        end = time.monotonic() + limit_s
        while not happened():
            assert time.monotonic() < end, "it did not happen"
            self.answers += self.process.poll(time.monotonic())
            time.sleep(0.002)

    def ask(self, asked):
        self.process.ask(asked, time.monotonic())


@pytest.fixture
def watch():
    watches = []

    def make(factory, **options):
        watches.append(Watch(factory, **options))
        return watches[-1]

    yield make
    for made in watches:
        made.process.stop()


@pytest.mark.parametrize("way", ["no such drum", "unreadable"])
def test_an_answer_that_is_no_music_is_thrown_away_with_its_drummer(watch, way):
    drummer = watch(partial(drummers.Lying, way))
    drummer.ask(request())
    drummer.until(lambda: drummer.process.restarts)
    assert not drummer.answers and "what is no music" in drummer.said[0]


@pytest.mark.parametrize("way", sorted(drummers.LIES - {"unreadable"}))
def test_what_is_no_music_is_told_from_what_is(way):
    with pytest.raises((TypeError, ValueError)):
        as_music(drummers.Lying(way).play(request()))
    assert as_music(drummers.ROCK) == drummers.ROCK


def test_a_request_is_answered_with_a_pattern_of_the_bar(watch):
    drummer = watch(drummers.Rock)
    asked = request(3)
    drummer.ask(asked)
    drummer.until(lambda: drummer.answers)
    (answer,) = drummer.answers
    assert answer.request is asked
    assert answer.pattern == drummers.Rock().play(asked)
    assert answer.seconds >= 0


def test_what_the_drummer_says_of_a_bar_comes_with_it_and_who_says_nothing_is_silent(watch):
    talker, silent = watch(drummers.Ideas), watch(drummers.Rock)
    for drummer in (talker, silent):
        drummer.ask(replace(request(), idea=1))
        drummer.until(lambda drummer=drummer: drummer.answers)
    assert talker.answers[0].told == "idea 2 of 3: one drum" and silent.answers[0].told == ""


def test_what_was_asked_in_between_is_forgotten_the_newest_request_wins(watch):
    drummer = watch(drummers.Rock)
    for bar in range(5):
        drummer.ask(request(bar))  # not ready yet: all but the last are forgotten
    drummer.until(lambda: drummer.answers)
    assert [answer.request.bar for answer in drummer.answers] == [4]


def test_starting_does_not_wait_for_the_model(watch):
    drummer = watch(drummers.Hanging)
    assert not drummer.process.ready
    assert drummer.process.poll(time.monotonic()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no niceness there")
def test_the_process_is_polite_and_does_not_mind_ctrl_c(watch):
    drummer = watch(drummers.Rock)
    drummer.until(lambda: drummer.process.ready)
    assert psutil.Process(drummer.process.pid).nice() >= 10
    os.kill(drummer.process.pid, signal.SIGINT)
    drummer.ask(request())
    drummer.until(lambda: drummer.answers)
    assert drummer.process.restarts == 0


def test_a_killed_process_is_started_again_and_the_reason_said(watch):
    drummer = watch(drummers.Rock)
    drummer.until(lambda: drummer.process.ready)
    old = drummer.process.pid
    psutil.Process(old).kill()
    drummer.until(lambda: drummer.said)
    drummer.ask(request())
    drummer.until(lambda: drummer.answers)
    assert drummer.process.pid != old and drummer.process.restarts == 1
    assert drummer.said == ["the drummer's process died; starting it again"]


def test_a_hanging_process_is_killed_and_started_again(watch):
    drummer = watch(drummers.Hanging, answer_s=0.2)
    drummer.until(lambda: drummer.process.ready)
    hanging = psutil.Process(drummer.process.pid)
    drummer.ask(request())
    drummer.until(lambda: drummer.process.restarts)
    assert not hanging.is_running()
    assert "did not answer for 0.2 s" in drummer.said[0]


def test_an_error_of_the_drummer_is_said(watch):
    drummer = watch(drummers.Raising)
    drummer.ask(request(7))
    drummer.until(lambda: drummer.said)
    assert "RuntimeError: cannot play bar 7" in drummer.said[0]


def test_a_bundle_that_cannot_be_used_ends_it_with_its_sentence(watch):
    drummer = watch(drummers.broken)
    with pytest.raises(DrummerError, match="the bundle is broken; export it again"):
        drummer.until(lambda: False)


def test_a_process_that_never_comes_up_is_given_up(watch):
    drummer = watch(drummers.deadborn)
    with pytest.raises(DrummerError, match="3 times"):
        drummer.until(lambda: False)


def test_restarts_come_at_longer_and_longer_waits(watch):
    drummer = watch(drummers.Rock)
    drummer.until(lambda: drummer.process.ready)
    process, now, waits = drummer.process, time.monotonic(), []
    for _ in range(7):
        process._replace("died", now)
        waits.append(process._start_at - now)
    assert waits == pytest.approx([0, 0.5, 1, 2, 4, 8, 8], abs=1e-6)


def test_stopping_leaves_no_process_behind(watch):
    drummer = watch(drummers.Hanging)
    drummer.until(lambda: drummer.process.ready)
    child = psutil.Process(drummer.process.pid)
    drummer.process.stop()
    assert not child.is_running()
