import gc
import os
import signal
import subprocess
import sys
import threading

import pytest

from drumd.process import main_thread_first, quick_threads, stopped_by_signals


@pytest.fixture
def ctrl_c_raises():
    """As in a terminal; a suite that was started in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("number", "called"),
    [(signal.SIGINT, ("interrupted", 130)), (signal.SIGTERM, ("told to end", 0))],
)
def test_a_signal_calls_stop_with_its_status(number, called):
    calls = []
    with stopped_by_signals(lambda *why: calls.append(why)):
        os.kill(os.getpid(), number)
    assert calls == [called]


def test_a_second_ctrl_c_does_what_it_did_before(ctrl_c_raises):
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
