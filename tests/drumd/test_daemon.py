"""The daemon with file ports and fakes, on simulated time; processes and signals in real time.

A bar lasts 0.8 seconds.
"""

import os
import signal
import subprocess
import sys
import threading
import time

import mido
import psutil
import pytest

from drumd import daemon as daemon_module
from drumd.config import Settings
from drumd.daemon import Daemon
from drumd.errors import DrummerError, PortError, RecordError, SettingsError
from drumd.jam.given import GivenGroove
from drumd.live_ports import Openers
from drumd.process import stopping_signals
from drumd.timing.clock import MonotonicClock, SimulatedClock
from engine.inference.infer import BundleDrummer
from engine.music.notes import Metre, Pattern
from tests.support import drummers
from tests.support.guitar_file import BPM, guitar_file
from tests.support.midi_files import maps, midi, track
from tests.support.simulated import DrummerHere, Log, Studio, simulated

PATIENCE_S = 60.0


class LiveStudio(Studio):
    """The same in real time, with a drummer in a process of its own."""

    def __init__(self, factory=drummers.Rock, **settings):
        super().__init__(**settings)
        self.clock = MonotonicClock()
        self.daemon = Daemon(
            Settings(input="guitar", output="drums", bpm=BPM, **settings),
            self.log,
            factory=factory,
            openers=Openers(self._open_input, self._open_output),
        )

    def run(self, then):
        """Run the daemon; a second thread plays notes until drums have come, then does `then`."""
        player = threading.Thread(target=self._player, args=(then,))
        player.start()
        try:
            return self.daemon.run()
        finally:
            player.join()

    def _player(self, then):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and not (self.log.lines and self.kit.sent):
            if self.log.lines:
                self.play(mido.Message("note_on", note=45))
            time.sleep(0.05)
        then(self)


def played(settings, log, **options):
    """Run a daemon on simulated time to its end."""
    daemon = simulated(settings, log, SimulatedClock(), **options)
    return daemon, daemon.run()


def test_a_file_is_played_to_its_end_and_recorded_with_its_drums(tmp_path):
    guitar, out = guitar_file(tmp_path / "guitar.mid", bars=5), tmp_path / "jam.mid"
    record, log = tmp_path / "copy.mid", Log()
    daemon, summary = played(Settings(str(guitar), str(out), record=record), log)
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
    kit = DrummerHere(drummers.Pulse())
    played(Settings(str(guitar), str(out), metre=told), log, drummer=kit)
    assert {str(snapshot.metre) for snapshot in log.snapshots} == {metre}
    (written,) = (m for m in mido.MidiFile(out).tracks[0] if m.type == "time_signature")
    assert f"{written.numerator}/{written.denominator}" == metre
    assert any("cannot play 7/4" in line for line in log.lines) == (beats == 7)


def with_a_pick_up(bars):
    """A guitar in eighths that begins a beat before its first whole bar."""
    notes = [(half / 2, 0.4, 45, 90) for half in range(2 + 8 * bars)]
    head = maps(bpm=[(0, BPM)], metres=[(0, 1, 4), (1, 4, 4)])
    return midi(head, track(notes, program=27))


@pytest.mark.parametrize("drummer", [drummers.Rock, BundleDrummer])
def test_each_bar_after_a_pick_up_and_the_first_is_played_anew(tmp_path, drummer):
    guitar, log = tmp_path / "guitar.mid", Log()
    guitar.write_bytes(with_a_pick_up(bars=6))
    settings = Settings(str(guitar), str(tmp_path / "jam.mid"))
    _, summary = played(settings, log, drummer=DrummerHere(drummer()))
    counts = summary.bars
    assert {str(snapshot.metre) for snapshot in log.snapshots} == {"4/4"}
    assert counts.played >= 5 and counts.repeated == counts.missed == 0
    assert summary.hits >= 2 * counts.played and summary.late == 0


def test_a_guitar_that_vanishes_is_waited_for_while_the_drums_play_on():
    studio = Studio()

    def pull():
        studio.guitar.lost_because, studio.hits = "the port 'guitar' is gone", len(studio.kit.sent)

    def put_back():
        assert studio.log.said("the port 'guitar' is gone; waiting for port 'guitar'")
        assert len(studio.kit.sent) > studio.hits + 8
        studio.guitar.lost_because = None

    studio.at(5.0, pull)
    studio.at(6.5, put_back)
    summary = studio.run(10.0)
    assert summary.reason == "seen enough" and studio.daemon.ending.status == 0
    assert studio.log.said("port 'guitar' is back")
    assert any(snapshot.away == ("guitar",) for snapshot in studio.log.snapshots)
    assert not studio.sounding and not summary.unheard


def test_a_kit_that_vanishes_is_waited_for_and_found_with_no_note_left_sounding():
    studio = Studio()
    studio.at(5.0, lambda: setattr(studio.kit, "lost_because", "the port 'drums' is gone"))
    studio.at(7.0, lambda: setattr(studio.kit, "lost_because", None))
    summary = studio.run(12.0)
    assert summary.reason == "seen enough" and summary.unheard
    assert studio.log.said("waiting for port") and studio.log.said("is back")
    assert len(studio.kits) == 2 and studio.kits[0].closed and studio.kits[1].closed
    assert any(m.type == "control_change" for _, m in studio.kit.sent[:12])
    assert any(m.type == "note_on" for _, m in studio.kit.sent) and not studio.sounding


def test_that_two_clocks_come_in_is_said_once():
    studio = Studio(bpm=None, clock="host")
    for bpm, first in ((120.0, 1.0), (97.0, 1.0)):
        for tick in range(int(9 * bpm / 60 * 24)):
            studio.at(first + tick * 60 / bpm / 24, lambda: studio.play(mido.Message("clock")))
    studio.at(0.9995, lambda: studio.play(mido.Message("start")))
    studio.run(9.0)
    assert sum("two MIDI clocks" in line for line in studio.log.lines) == 1
    assert any("two MIDI clocks" in snapshot.screen() for snapshot in studio.log.snapshots)


def test_a_minute_on_simulated_time_is_the_same_each_time():
    def heard():
        studio = Studio()
        studio.run(59.0)
        return [(time, str(message)) for time, message in studio.kit.sent]

    assert heard() == heard() != []


def test_a_daemon_that_fails_as_it_starts_leaves_no_thread_behind(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no jam today")

    monkeypatch.setattr("drumd.daemon.Jam", broken)
    with pytest.raises(RuntimeError, match="no jam today"):
        LiveStudio().daemon.run()
    assert "scheduler" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    ("number", "status", "reason"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 0, "told to end")],
)
def test_a_signal_ends_every_note_and_leaves_no_process(number, status, reason):
    studio = LiveStudio()
    before = {signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)}
    summary = studio.run(lambda _: os.kill(os.getpid(), number))
    assert summary.reason == reason and studio.daemon.ending.status == status
    assert not studio.sounding and studio.kit.closed
    assert {signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)} == before
    assert not [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


@pytest.mark.parametrize("number", [n for n in stopping_signals() if n.name != "SIGINT"])
def test_whatever_ends_the_daemon_ends_the_notes_and_closes_the_recording_whole(number, tmp_path):
    if signal.getsignal(number) is not signal.SIG_DFL:
        pytest.skip("somebody else sees to it here")
    record = tmp_path / "jam.mid"
    studio = Studio(record=record)
    studio.at(9.94, lambda: os.kill(os.getpid(), number))
    summary = studio.run(30.0)
    assert summary.reason == stopping_signals()[number][0]
    assert not studio.sounding and studio.kit.closed and not studio.drummer.running
    drums = mido.MidiFile(record).tracks[2]
    strokes = sum(message.type == "note_on" for message in drums)
    assert strokes == sum(m.type == "note_on" and m.velocity > 0 for _, m in studio.kit.sent) > 0
    assert sum(message.type == "note_off" for message in drums) == strokes


@pytest.mark.skipif(not hasattr(signal, "SIGTSTP"), reason="not on this system")
def test_ctrl_z_ends_the_notes_before_it_stops_and_the_drums_come_again_after(monkeypatch):
    left = []

    def stopped():
        left.append((studio.sounding, len(studio.kit.sent)))

    def press(studio):
        os.kill(os.getpid(), signal.SIGTSTP)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and not (left and len(studio.kit.sent) > left[0][1] + 8):
            studio.play(mido.Message("note_on", note=45))
            time.sleep(0.05)
        studio.daemon.stop("enough")

    monkeypatch.setattr(daemon_module, "stand_still", stopped)
    studio = LiveStudio()
    studio.run(press)
    assert left[0][0] == set() and len(studio.kit.sent) > left[0][1] + 8


def test_a_killed_drummer_is_replaced_while_the_last_bar_plays_on():
    studio = LiveStudio()

    def kill_the_drummer(studio):
        psutil.Process(studio.daemon._drummer.pid).kill()
        hits = len(studio.kit.sent)
        end = time.monotonic() + PATIENCE_S
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
        LiveStudio(drummers.broken).daemon.run()


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
    assert children and not psutil.wait_procs(children, timeout=PATIENCE_S)[1]


def test_where_nobody_tells_a_metre_it_is_that_of_the_groove_that_was_given():
    studio = Studio()
    studio.daemon._groove = GivenGroove(Pattern(beats=3.0), Metre(3, 4), "waltz.mid")
    studio.run(8.0)
    assert studio.log.snapshots[-1].metre == Metre(3, 4)
