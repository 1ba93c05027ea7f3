"""Who does not read what is told holds nobody up. Waited for is what is to come, never a time."""

import io
import os
import signal
import subprocess
import sys
import time

import mido
import pytest

from drumd.status.reporter import ScreenReporter, reporter_for
from drumd.status.unblocked import MOST_WAITING, unblocked

PATIENCE_S, STROKES = 60.0, 4
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes or terminals")


@pytest.fixture
def pipe():
    """A pipe: where it is read, and a stream into it."""
    read, write = os.pipe()
    with (
        os.fdopen(read, "rb", buffering=0) as out,
        os.fdopen(write, "w", encoding="utf-8") as stream,
    ):
        yield out, stream


def fill(stream):
    """Write to it until it takes no more; how much that was."""
    os.set_blocking(stream.fileno(), False)
    filled = 0
    while True:
        try:
            filled += os.write(stream.fileno(), b"-" * 4096)
        except BlockingIOError:
            os.set_blocking(stream.fileno(), True)
            return filled


def test_what_is_read_is_written_whole_and_in_order(pipe):
    out, stream = pipe
    with unblocked(stream) as told:
        for number in range(MOST_WAITING):
            told.write(f"bar {number}: ♫\n")
    lines = out.read(4096).decode().splitlines()
    assert lines == [f"bar {number}: ♫" for number in range(MOST_WAITING)]


@POSIX
def test_of_what_is_not_read_the_newest_is_dropped_line_by_line(pipe):
    out, stream = pipe
    filled = fill(stream)
    with unblocked(stream) as told:
        for number in range(1000):
            told.write(f"bar {number}\n")
    while filled:
        filled -= len(out.read(filled))
    lines = b""
    while lines.count(b"\n") < MOST_WAITING:
        lines += out.read(4096)
    first = [f"bar {number}" for number in range(MOST_WAITING)]
    assert lines.decode().splitlines()[:MOST_WAITING] == first
    assert lines.count(b"\n") < 1000


def test_a_reader_that_has_gone_is_no_error(pipe):
    out, stream = pipe
    out.close()
    with unblocked(stream) as told:
        for _ in range(2 * MOST_WAITING):
            told.write("ready\n")
    with pytest.raises(BrokenPipeError):
        os.write(stream.fileno(), b"ready\n")


@POSIX
def test_a_terminal_that_was_closed_is_no_error(monkeypatch):
    import pty

    monkeypatch.setenv("TERM", "xterm")
    master, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream, unblocked(stream) as told:
        os.close(master)
        with reporter_for(told) as reporter:
            assert isinstance(reporter, ScreenReporter)
            for _ in range(2 * MOST_WAITING):
                reporter.say("ready")


def test_a_stream_of_no_handle_is_taken_as_it_is():
    stream = io.StringIO()
    with unblocked(stream) as told:
        told.write("ready\n")
    assert stream.getvalue() == "ready\n"


def drums_in(recording):
    """How many strokes of drums a recording holds by now."""
    if not recording.exists():
        return 0
    return sum(
        message.type == "note_on" and message.channel == 9 for message in mido.MidiFile(recording)
    )


def jam_that_is_not_read(stream, recording):
    """A jam told to this stream, once it has gone on for a while and was told to end."""
    options = ["--in", "demo", "--out", str(recording), "--bpm", "200"]
    jam = subprocess.Popen(
        [sys.executable, "-m", "tests.support.listen", "Rock", *options], stdout=stream
    )
    give_up = time.monotonic() + PATIENCE_S
    while drums_in(recording) < STROKES and time.monotonic() < give_up and jam.poll() is None:
        time.sleep(0.1)
    jam.send_signal(signal.SIGINT)
    return jam


@POSIX
def test_a_jam_whose_pipe_is_full_plays_on(pipe, tmp_path):
    out, stream = pipe
    fill(stream)
    jam = jam_that_is_not_read(stream, tmp_path / "jam.mid")
    stream.close()
    told = out.read()
    while more := out.read():
        told += more
    assert jam.wait() == 130
    assert drums_in(tmp_path / "jam.mid") >= STROKES and b"interrupted" in told


@POSIX
def test_a_jam_whose_terminal_was_stopped_plays_on(tmp_path, monkeypatch):
    import pty
    import termios

    monkeypatch.setenv("TERM", "xterm")
    master, terminal = pty.openpty()
    termios.tcflow(terminal, termios.TCOOFF)  # as Ctrl-S
    jam = jam_that_is_not_read(terminal, tmp_path / "jam.mid")
    termios.tcflow(terminal, termios.TCOON)
    os.close(terminal)
    told = b""
    while b"interrupted" not in told:
        told += os.read(master, 4096)
    os.close(master)
    assert jam.wait() == 130 and drums_in(tmp_path / "jam.mid") >= STROKES
