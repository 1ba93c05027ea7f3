import gc
import os
import signal
import subprocess
import sys
import threading

import pytest

from drumd.process import (
    main_thread_first,
    paused_by_ctrl_z,
    quick_threads,
    stopped_by_signals,
    stopping_signals,
)


@pytest.fixture
def ctrl_c_raises():
    """As in a terminal; a suite that was started in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def defaults():
    """Every signal does what the system has it do, as in a program that was just started."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in stopping_signals()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("defaults")
@pytest.mark.parametrize("number", stopping_signals())
def test_a_signal_that_would_end_the_process_calls_stop_with_its_status(number):
    calls = []
    with stopped_by_signals(lambda *why: calls.append(why)):
        os.kill(os.getpid(), number)
    assert calls == [stopping_signals()[number]]


def test_what_the_keys_and_the_system_say_is_told_apart():
    said = {number.name: status for number, (_, status) in stopping_signals().items()}
    assert (said["SIGINT"], said["SIGTERM"]) == (130, 0)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="not on this system")
@pytest.mark.usefixtures("defaults")
def test_a_terminal_that_closes_says_so_more_than_once_and_ends_nothing_twice():
    calls = []
    with stopped_by_signals(lambda *why: calls.append(why)):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGHUP):
            os.kill(os.getpid(), number)
    assert calls[0] == ("told to end", 0) and {why for why, _ in calls} <= {
        "told to end",
        "the terminal was closed",
    }


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="not on this system")
def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stopped_by_signals(lambda *_: None):
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(not hasattr(signal, "SIGTSTP"), reason="not on this system")
def test_ctrl_z_calls_pause_each_time_and_does_afterwards_what_it_did_before():
    calls, before = [], signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    with paused_by_ctrl_z(lambda: calls.append("pause")):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTSTP)
    assert calls == ["pause"] * 2 and signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
    signal.signal(signal.SIGTSTP, before)


@pytest.mark.usefixtures("ctrl_c_raises")
def test_a_second_ctrl_c_does_what_it_did_before():
    calls = []
    with pytest.raises(KeyboardInterrupt), stopped_by_signals(lambda *why: calls.append(why)):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    assert len(calls) == 1


def test_the_handlers_of_before_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with stopped_by_signals(lambda *_: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_on_another_thread_signals_are_left_alone():
    def look():
        with stopped_by_signals(lambda *_: None):
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_threads_take_turns_quickly_only_while_asked_to():
    before = sys.getswitchinterval()
    with quick_threads():
        assert sys.getswitchinterval() <= 0.001 and gc.get_freeze_count() > 0
    assert sys.getswitchinterval() == before and gc.get_freeze_count() == 0


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="not on this system")
def test_the_main_thread_comes_first_where_that_is_allowed_and_its_children_do_not():
    before = os.sched_getscheduler(0)
    with main_thread_first():
        during = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
        look = "import os; print(os.sched_getscheduler(0))"
        child = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True)
    assert during in (os.SCHED_FIFO, before)  # the latter where it is not allowed
    assert int(child.stdout) == os.SCHED_OTHER
    assert os.sched_getscheduler(0) == before
