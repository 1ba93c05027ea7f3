"""The daemon with file ports and fakes, in real time but short: a bar lasts 0.8 seconds."""

import os
import signal
import subprocess
import sys
import threading
import time

import mido
import psutil
import pytest

from drumd.config import Settings
from drumd.daemon import Daemon
from drumd.errors import DrummerError, PortError, RecordError, SettingsError
from drumd.ports.fakes import PlayedInput, RecordingPort
from engine.music.notes import Metre
from tests.support import drummers
from tests.support.guitar_file import BPM, guitar_file


class Log:
    """A reporter that remembers."""

    def __init__(self):
        self.lines, self.snapshots = [], []

    def say(self, text):
        self.lines.append(text)

    def show(self, snapshot):
        self.snapshots.append(snapshot)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Studio:
    """A daemon between a fake guitar and a fake kit."""

    def __init__(self, factory=drummers.Rock, **settings):
        self.log, self.guitar = Log(), PlayedInput("guitar")
        self.daemon = Daemon(
            Settings(input="guitar", output="drums", bpm=BPM, **settings),
            self.log,
            factory=factory,
            open_input=self._open_input,
            open_output=self._open_output,
        )

    def _open_input(self, _name, clock, *, api, again):
        assert api == "auto"
        if again and self.guitar.lost_because:
            raise PortError("it is not back yet")
        self.play = lambda message: self.guitar.play(clock.now(), message)
        return self.guitar

    def _open_output(self, _name, clock, *, api, again):
        assert api == "auto"
        if again and self.kit.lost_because:
            raise PortError("it is not back yet")
        self.kit = RecordingPort(clock)
        return self.kit

    def run(self, then):
        """Run the daemon; a second thread plays notes until drums have come, then does `then`."""
        player = threading.Thread(target=self._player, args=(then,))
        player.start()
        try:
            return self.daemon.run()
        finally:
            player.join()

    def _player(self, then):
        end = time.monotonic() + 20
        while time.monotonic() < end and not (self.log.lines and self.kit.sent):
            if self.log.lines:
                self.play(mido.Message("note_on", note=45))
            time.sleep(0.05)
        then(self)

    @property
    def sounding(self):
        left = set()
        for _, message in self.kit.sent:
            if message.type == "note_on" and message.velocity:
                left.add(message.note)
            elif message.type in ("note_on", "note_off"):
                left.discard(message.note)
        return left


def test_a_file_is_played_to_its_end_and_recorded_with_its_drums(tmp_path):
    guitar, out = guitar_file(tmp_path / "guitar.mid", bars=5), tmp_path / "jam.mid"
    record, log = tmp_path / "copy.mid", Log()
    settings = Settings(str(guitar), str(out), record=record, max_late_ms=500)  # busy machines
    daemon = Daemon(settings, log, factory=drummers.Rock)
    summary = daemon.run()
    assert daemon.ending.status == 0 and summary.reason == "guitar.mid has ended"
    assert log.lines[0].startswith("ready: guitar from 'guitar.mid'")
    assert out.read_bytes() == record.read_bytes() and summary.files == (out, record)
    _, guitar_track, drum_track = mido.MidiFile(out).tracks
    assert sum(m.type == "note_on" for m in guitar_track) == 20
    strokes = sum(m.type == "note_on" for m in drum_track)
    assert strokes == summary.hits >= len(drummers.bars_of(drummers.Rock, 1, 5)) - 2
    assert sum(m.type == "note_off" for m in drum_track) == strokes


@pytest.mark.parametrize(
    ("beats", "told", "metre"), [(3, None, "3/4"), (3, Metre(4, 4), "4/4"), (7, None, "4/4")]
)
def test_the_bars_are_those_of_the_file_if_no_others_are_told(tmp_path, beats, told, metre):
    guitar, out, log = guitar_file(tmp_path / "guitar.mid", 5, beats), tmp_path / "jam.mid", Log()
    Daemon(Settings(str(guitar), str(out), metre=told), log, factory=drummers.Pulse).run()
    assert {str(snapshot.metre) for snapshot in log.snapshots} == {metre}
    (written,) = (m for m in mido.MidiFile(out).tracks[0] if m.type == "time_signature")
    assert f"{written.numerator}/{written.denominator}" == metre
    assert any("cannot play 7/4" in line for line in log.lines) == (beats == 7)


def await_line(studio, part):
    """Wait until the daemon has said this."""
    end = time.monotonic() + 20
    while not any(part in line for line in studio.log.lines):
        assert time.monotonic() < end, studio.log.lines
        time.sleep(0.01)


def test_a_guitar_that_vanishes_is_waited_for_while_the_drums_play_on():
    studio = Studio()

    def pull_the_plug_and_put_it_back(studio):
        studio.guitar.lost_because = "the port 'guitar' is gone"
        await_line(studio, "the port 'guitar' is gone; waiting for port 'guitar'")
        hits = len(studio.kit.sent)
        while len(studio.kit.sent) < hits + 8:
            time.sleep(0.01)
        studio.guitar.lost_because = None
        await_line(studio, "port 'guitar' is back")
        studio.daemon.stop("seen enough")

    summary = studio.run(pull_the_plug_and_put_it_back)
    assert summary.reason == "seen enough" and studio.daemon.ending.status == 0
    assert any(snapshot.away == ("guitar",) for snapshot in studio.log.snapshots)
    assert not studio.sounding and not summary.unheard


def test_a_kit_that_vanishes_is_waited_for_and_found_with_no_note_left_sounding():
    studio = Studio()

    def pull_the_plug_and_put_it_back(studio):
        studio.kit.lost_because = "the port 'drums' is gone"
        await_line(studio, "waiting for port")
        time.sleep(0.5)  # of drums that nobody hears
        studio.kit.lost_because = None
        old = studio.kit
        await_line(studio, "is back")
        while not any(message.type == "note_on" for _, message in studio.kit.sent):
            studio.play(mido.Message("note_on", note=45))
            time.sleep(0.01)
        assert studio.kit is not old and old.closed
        studio.daemon.stop("seen enough")

    summary = studio.run(pull_the_plug_and_put_it_back)
    assert summary.reason == "seen enough" and summary.unheard
    assert any(m.type == "control_change" for _, m in studio.kit.sent[:12])
    assert not studio.sounding and studio.kit.closed


@pytest.mark.parametrize(
    ("number", "status", "reason"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 0, "told to end")],
)
def test_a_signal_ends_every_note_and_leaves_no_process(number, status, reason):
    studio = Studio()
    before = {signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)}
    summary = studio.run(lambda _: os.kill(os.getpid(), number))
    assert summary.reason == reason and studio.daemon.ending.status == status
    assert not studio.sounding and studio.kit.closed
    assert {signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)} == before
    assert not [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


def test_a_killed_drummer_is_replaced_while_the_last_bar_plays_on():
    studio = Studio()

    def kill_the_drummer(studio):
        psutil.Process(studio.daemon._drummer.pid).kill()
        hits = len(studio.kit.sent)
        end = time.monotonic() + 10
        while time.monotonic() < end and len(studio.kit.sent) < hits + 40:
            studio.play(mido.Message("note_on", note=45))
            time.sleep(0.05)
        studio.daemon.stop("seen enough")

    summary = studio.run(kill_the_drummer)
    assert summary.restarts == 1 and summary.reason == "seen enough"
    assert "the drummer's process died; starting it again" in studio.log.lines
    assert summary.hits >= 20


def test_a_bundle_that_cannot_be_used_is_said_before_anything_plays():
    with pytest.raises(DrummerError, match="the bundle is broken"):
        Studio(drummers.broken).daemon.run()


def test_the_same_port_in_and_out_is_refused():
    with pytest.raises(SettingsError, match="hear itself"):
        Daemon(Settings(input="IAC", output="iac"), Log(), factory=drummers.Rock).run()


def test_a_guitar_that_cannot_be_opened_is_said_and_leaves_no_process(tmp_path):
    (tmp_path / "noise.mid").write_bytes(b"noise")
    settings = Settings(input=str(tmp_path / "noise.mid"), output=str(tmp_path / "jam.mid"))
    with pytest.raises(PortError, match=r"noise\.mid"):
        Daemon(settings, Log(), factory=drummers.Rock).run()
    assert not [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


def test_a_recording_that_cannot_be_written_is_said_before_anything_plays(tmp_path):
    with pytest.raises(RecordError, match="cannot be written"):
        Studio(record=tmp_path / "missing" / "jam.mid").daemon.run()


def test_a_killed_daemon_leaves_no_process_behind(tmp_path):
    options = ["--in", "demo", "--out", str(tmp_path / "jam.mid")]
    daemon = subprocess.Popen(
        [sys.executable, "-m", "tests.support.listen", "Rock", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "ready" in daemon.stdout.readline()
    children = psutil.Process(daemon.pid).children(recursive=True)
    daemon.kill()
    daemon.communicate()
    assert children and not psutil.wait_procs(children, timeout=10)[1]
