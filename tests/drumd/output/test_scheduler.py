"""The scheduler: hits leave on time, once, and every note ends."""

import time
from collections import deque
from dataclasses import replace
from threading import enumerate as threads

import mido
import pytest

from drumd.output.scheduler import Scheduler
from drumd.ports.fakes import NullPort, RecordingPort
from drumd.timing.clock import ManualClock, MonotonicClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.midi_clock import HostClock
from drumd.timing.timeline import Timeline
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern

KICK, SNARE = PITCH_OF[Voice.KICK], PITCH_OF[Voice.SNARE]
START, STOP, CLOCK, CONTINUE = (
    mido.Message(name) for name in ("start", "stop", "clock", "continue")
)


class Stage:
    """A scheduler at 120 bpm whose song is at beat 0 at second 0."""

    def __init__(self, **options):
        self.clock = ManualClock()
        self.port = RecordingPort(self.clock)
        self.musical = MusicalClock(GivenTempo(120))
        self.musical.hear(0.0, mido.Message("note_on", note=40))
        self.scheduler = Scheduler(self.port, self.clock, self.musical, **options)

    def cue(self, start, *hits, beats=4.0):
        self.scheduler.cue(Pattern.of((Hit(*hit) for hit in hits), beats), start)

    def run(self, until):
        """Let time pass as the thread does: on to whatever comes next."""
        while (due := self.scheduler.send_due()) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()))
        self.clock.set(until)

    def strokes(self):
        return [
            (round(at, 6), message.note)
            for at, message in self.port.sent
            if message.type == "note_on"
        ]

    def said(self):
        return [(round(at, 6), message.type) for at, message in self.port.sent]


def test_hits_leave_on_their_beats():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK), (1.0, SNARE), (2.5, KICK))
    stage.run(until=4.0)
    assert stage.strokes() == [(0.0, KICK), (0.5, SNARE), (1.25, KICK)]


def test_each_note_ends_after_its_gate():
    stage = Stage(gate_ms=80)
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=2.0)
    assert stage.said() == [(0.5, "note_on"), (0.58, "note_off")]


def test_a_drum_that_still_sounds_is_ended_before_it_is_struck_again():
    stage = Stage(gate_ms=100)
    stage.cue(0.0, (1.0, KICK), (1.1, KICK))
    stage.run(until=2.0)
    kinds = [kind for _, kind in stage.said()]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]
    assert stage.said()[-1] == (0.65, "note_off")


def test_hits_are_sent_earlier_by_the_latency_of_what_plays_them():
    stage = Stage(latency_ms=30)
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=2.0)
    assert stage.strokes() == [(0.47, KICK)]


def test_a_hit_before_the_bar_line_sounds_before_it():
    stage = Stage()
    stage.cue(4.0, (-0.05, KICK), (0.0, SNARE))
    stage.run(until=4.0)
    assert stage.strokes() == [(1.975, KICK), (2.0, SNARE)]


def test_a_hit_too_late_is_dropped_and_counted_never_played():
    stage = Stage(max_late_ms=20)
    stage.clock.set(0.53)
    stage.cue(0.0, (0.0, KICK), (1.0, SNARE), (1.05, KICK))
    stage.run(until=1.0)
    assert stage.strokes() == [(0.53, KICK)]
    assert stage.scheduler.late == 2 and stage.scheduler.played == 1


def test_a_bar_cued_twice_is_played_once():
    stage = Stage()
    bar = ((0.0, KICK), (1.0, SNARE), (2.0, KICK))
    stage.cue(0.0, *bar)
    stage.run(until=0.6)
    stage.cue(0.0, *bar)
    stage.cue(0.0, *bar)
    stage.run(until=2.0)
    assert stage.strokes() == [(0.0, KICK), (0.5, SNARE), (1.0, KICK)]
    assert not stage.scheduler.late


def test_a_bar_is_dropped_with_what_leans_out_of_it_and_no_other_is():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK), (1.0, SNARE), (1.97, SNARE))
    stage.cue(2.0, (-0.05, KICK), (1.0, SNARE))
    stage.scheduler.drop_from(2.0)
    stage.cue(2.0, (2.0, SNARE))
    stage.run(until=2.5)
    assert stage.strokes() == [(0.0, KICK), (0.5, SNARE), (0.985, SNARE), (2.0, SNARE)]


def test_silence_ends_what_sounds_at_once():
    stage = Stage(gate_ms=500)
    stage.cue(0.0, (0.0, KICK), (0.0, SNARE))
    stage.scheduler.send_due()
    stage.clock.set(0.1)
    stage.scheduler.silence()
    ended = [(at, message.note) for at, message in stage.port.sent if message.type == "note_off"]
    assert sorted(ended) == [(0.1, KICK), (0.1, SNARE)]
    last = stage.port.sent[-1][1]
    assert (last.type, last.control, last.channel) == ("control_change", 123, 9)


def test_nothing_is_sent_while_the_host_stands_and_what_was_cued_is_stale_when_it_goes_on():
    stage = Stage()
    stage.musical = MusicalClock(HostClock())
    stage.scheduler = Scheduler(stage.port, stage.clock, stage.musical)
    stage.musical.hear(0.0, START)
    for tick in range(25):
        stage.musical.hear(tick / 48, CLOCK)
    stage.cue(0.0, (1.5, KICK), (2.5, SNARE))
    stage.musical.hear(0.5, STOP)
    stage.run(until=2.0)
    assert stage.strokes() == []
    stage.musical.hear(2.0, CONTINUE)
    stage.musical.hear(2.0, CLOCK)
    stage.musical.hear(2.0 + 1 / 48, CLOCK)
    stage.run(until=4.0)
    assert stage.strokes() == [] and stage.scheduler.late == 0


def test_after_a_jump_back_the_same_beats_play_again():
    stage = Stage()
    stage.musical = MusicalClock(HostClock())
    stage.scheduler = Scheduler(stage.port, stage.clock, stage.musical)
    for start in (0.0, 1.0):
        stage.musical.hear(start, START)
        for tick in range(24):
            stage.musical.hear(start + tick / 48, CLOCK)
        stage.cue(0.0, (1.0, KICK))
        stage.run(until=start + 0.9)
    assert stage.strokes() == [(0.5, KICK), (1.5, KICK)]


def test_a_song_moved_and_counted_anew_between_two_passes_plays_on():
    stage = Stage()
    stage.musical = MusicalClock(HostClock())
    stage.scheduler = Scheduler(stage.port, stage.clock, stage.musical)
    stage.musical.hear(0.0, START)
    for tick in range(97):
        stage.musical.hear(tick / 48, CLOCK)
    stage.cue(0.0, (1.0, KICK), (2.0, KICK), (3.0, KICK))
    stage.run(until=2.0)
    stage.musical.hear(2.001, mido.Message("songpos", pos=0))
    stage.musical.hear(2.0 + 1 / 48, CLOCK)
    stage.musical.this_is_one(2.52)  # beat 1 of the new place begins a bar: it is beat 4 now
    stage.cue(4.0, (0.0, KICK), (1.0, KICK), (2.0, KICK))
    stage.run(until=4.5)
    times = [at for at, _ in stage.strokes()]
    assert times[3:] == pytest.approx([2.52, 3.02, 3.52], abs=0.01)


def test_two_re_counts_between_two_passes_both_count():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK), (1.0, KICK), (2.0, KICK))
    stage.run(until=1.1)
    stage.musical.this_is_one(1.0)  # beat 2 begins a bar: it is beat 4 now
    stage.musical.this_is_one(1.5)  # and beat 5 is beat 8
    stage.cue(4.0, (3.0, KICK))  # beat 7 is what was played at 1.0 s as beat 2
    stage.cue(8.0, (0.0, KICK))
    stage.run(until=2.0)
    assert stage.strokes() == [(0.0, KICK), (0.5, KICK), (1.0, KICK), (1.5, KICK)]


def test_a_drum_is_never_struck_twice_within_what_a_hand_can_do():
    stage = Stage()
    stage.cue(0.0, (1.0, KICK), (1.03, KICK), (1.0, SNARE), (1.1, KICK))
    stage.run(until=2.0)
    assert stage.strokes() == [(0.5, KICK), (0.5, SNARE), (0.55, KICK)]
    assert stage.scheduler.doubled == 1 and not stage.scheduler.late


def test_a_tempo_that_changes_moves_hits_that_are_cued():
    stage = Stage()
    stage.cue(0.0, (2.0, KICK))
    stage.musical.state = replace(stage.musical.state, timeline=Timeline(0.0, 0.0, 60.0))
    stage.run(until=3.0)
    assert stage.strokes() == [(2.0, KICK)]


def test_the_log_tells_what_was_planned_and_is_bounded():
    log = deque(maxlen=3)
    stage = Stage(sent=log)
    stage.cue(0.0, (0.0, KICK), (1.0, KICK), (2.0, SNARE))
    stage.clock.set(0.01)
    stage.run(until=2.0)
    assert len(log) == 3 and len(stage.port.sent) == 6
    planned, sent, message = log[1]
    assert (planned, sent, message.note) == (1.0, 1.0, SNARE)


def test_while_the_port_is_away_hits_pass_unheard_and_what_sounded_is_ended_when_it_is_back():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK), (1.0, SNARE), (1.0, KICK), (2.0, SNARE))
    stage.scheduler.send_due()
    stage.port.lost_because = "the cable was pulled"
    for _ in range(800):
        stage.clock.advance(0.001)
        stage.scheduler.send_due()
    stage.scheduler.silence()
    stage.port.lost_because = None
    stage.run(until=2.0)
    assert stage.scheduler.unheard == 2 and not stage.scheduler.late
    assert stage.said()[:3] == [(0.0, "note_on"), (0.8, "note_off"), (0.8, "control_change")]
    assert stage.strokes() == [(0.0, KICK), (1.0, SNARE)]


@pytest.mark.parametrize("realtime", [True, False])
def test_the_thread_plays_all_and_stop_ends_every_note(realtime):
    clock = MonotonicClock()
    port, musical = RecordingPort(clock), MusicalClock(GivenTempo(300))
    scheduler = Scheduler(port, clock, musical, max_late_ms=5000, realtime=realtime)
    musical.hear(clock.now(), mido.Message("note_on", note=40))
    scheduler.cue(Pattern.of([Hit(beat / 4, KICK) for beat in range(8)], 2.0), 0.0)
    scheduler.start()
    while scheduler.played < 8:
        time.sleep(0.001)
    scheduler.stop()
    kinds = [message.type for _, message in port.sent]
    assert kinds.count("note_on") == kinds.count("note_off") == 8
    assert kinds[-1] == "control_change"
    assert "scheduler" not in [thread.name for thread in threads()]
    assert not scheduler.realtime or realtime


def test_silence_is_left_to_the_thread_while_it_runs():
    clock = MonotonicClock()
    scheduler = Scheduler(NullPort(clock), clock, MusicalClock(GivenTempo(120)), realtime=False)
    scheduler.start()
    scheduler.silence()
    while not scheduler.sent:
        time.sleep(0.001)
    scheduler.stop()
    assert [message.type for _, _, message in scheduler.sent] == ["control_change"] * 2


def test_a_hit_that_is_due_as_it_stops_is_not_left_sounding():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK), (1.0, SNARE))
    stage.run(until=0.2)
    stage.clock.set(0.5)
    stage.scheduler.stop()
    assert stage.strokes() == [(0.0, KICK)]
    begun, ended = (
        sum(kind == name for _, kind in stage.said()) for name in ("note_on", "note_off")
    )
    assert begun == ended == 1


def test_a_pause_ends_what_sounds_and_strikes_nothing_until_it_goes_on():
    stage = Stage()
    stage.cue(0.0, *((beat / 2, KICK) for beat in range(8)))
    stage.run(until=0.26)
    stage.scheduler.pause()
    assert stage.scheduler.quiet and stage.port.sent[-1][1].type != "note_on"
    stage.run(until=1.1)
    stage.scheduler.go_on()
    stage.run(until=2.0)
    assert stage.strokes() == [(at, KICK) for at in (0.0, 0.25, 1.25, 1.5, 1.75)]
    assert stage.scheduler.late == 3


def test_each_stroke_is_told_with_when_it_sounds():
    stage = Stage()
    stage.cue(0.0, (0.0, KICK, 100), (1.0, SNARE, 90))
    stage.run(until=2.0)
    assert list(stage.scheduler.struck) == [(0.0, KICK, 100), (0.5, SNARE, 90)]
