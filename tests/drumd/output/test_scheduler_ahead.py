"""The scheduler with a port that takes hits ahead of time and sends them on time itself."""

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.output.scheduler import Scheduler
from drumd.ports.fakes import PatientPort
from drumd.timing.clock import ManualClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.midi_clock import HostClock
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern

KICK, SNARE = PITCH_OF[Voice.KICK], PITCH_OF[Voice.SNARE]
EVER = float("-inf")
STEP_S = 0.001


class Stage:
    """A scheduler at 120 bpm whose song is at beat 0 at second 0; its port is 20 ms patient."""

    def __init__(self, musical=None, **options):
        self.clock = ManualClock()
        self.port = PatientPort(self.clock, options.pop("ahead_s", 0.02))
        if musical is None:
            musical = MusicalClock(GivenTempo(120))
            musical.hear(0.0, mido.Message("note_on", note=40))
        self.musical = musical
        self.scheduler = Scheduler(self.port, self.clock, musical, **options)

    def cue(self, start, *hits):
        self.scheduler.cue(Pattern.of((Hit(*hit) for hit in hits), 4.0), start)

    def run(self, until, *, port=True):
        while self.clock.now() < until - STEP_S / 2:
            self.clock.advance(STEP_S)
            if port:
                self.port.let_go()
            self.scheduler.send_due()

    def said(self):
        return [(round(at, 6), message.type) for at, message in self.port.sent]

    def logged(self):
        return [(planned, at, m.type) for planned, at, m in self.scheduler.sent]

    def sounding(self):
        left = set()
        for _, message in self.port.sent:
            if message.type == "note_on":
                left.add(message.note)
            elif message.type == "note_off":
                left.discard(message.note)
        return left


def test_hits_go_out_at_their_very_time_and_are_logged_when_they_have():
    stage = Stage(gate_ms=80)
    stage.cue(0.0, (1.0003, KICK))
    stage.run(until=0.499)
    assert not stage.scheduler.sent and stage.scheduler.played == 1
    stage.run(until=1.0)
    assert stage.said() == [(0.50015, "note_on"), (0.58015, "note_off")]
    assert [planned for planned, _, _ in stage.logged()] == pytest.approx([0.50015, 0.58015])
    assert [at for _, at, _ in stage.logged()] == pytest.approx([0.50015, 0.58015])


def test_a_hit_that_is_cued_too_late_to_be_handed_over_ahead_goes_out_at_once():
    stage = Stage()
    stage.run(until=0.505)
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=0.6)
    assert stage.said()[0] == (0.506, "note_on") and not stage.scheduler.late


def test_hits_that_are_dropped_are_taken_back_and_may_be_cued_again():
    stage = Stage()
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=0.49)
    stage.scheduler.drop_from(EVER)
    assert stage.scheduler.played == 0
    stage.cue(0.0, (1.0, KICK), (1.01, SNARE))
    stage.run(until=0.7)
    assert [message.note for _, message in stage.port.sent[:2]] == [KICK, SNARE]
    assert stage.scheduler.played == 2 and not stage.sounding()


def test_dropping_a_bar_takes_back_what_leans_out_of_it_and_nothing_else():
    stage = Stage()
    stage.cue(0.0, (1.0, KICK))
    stage.cue(1.01, (-0.02, SNARE))
    stage.run(until=0.485)
    assert stage.scheduler.played == 2
    stage.scheduler.drop_from(1.01)
    stage.run(until=0.7)
    assert [m.note for _, m in stage.port.sent if m.type == "note_on"] == [KICK]


def test_silence_ends_what_sounds_and_what_was_to_come_never_sounds():
    stage = Stage(gate_ms=500)
    stage.cue(0.0, (0.5, KICK), (1.0, SNARE))
    stage.run(until=0.49)
    stage.scheduler.silence()
    stage.run(until=2.0)
    kinds = [kind for _, kind in stage.said()]
    assert kinds == ["note_on", "note_off", "control_change"] and not stage.sounding()
    assert [kind for *_, kind in stage.logged()] == kinds


def test_a_note_whose_end_was_handed_over_too_is_taken_back_with_its_end():
    stage = Stage(ahead_s=0.2, gate_ms=50)
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=0.4)
    stage.scheduler.drop_from(EVER)
    stage.run(until=1.0)
    assert stage.said() == [] and stage.logged() == []


def test_after_a_jump_no_hit_of_the_old_place_goes_out():
    stage = Stage(MusicalClock(HostClock()))
    stage.musical.hear(0.0, mido.Message("start"))
    for tick in range(24):
        stage.musical.hear(tick / 48, mido.Message("clock"))
    stage.cue(0.0, (1.0, KICK))
    stage.run(until=0.49)
    assert stage.scheduler.played == 1
    stage.musical.hear(0.49, mido.Message("start"))
    stage.musical.hear(0.495, mido.Message("clock"))
    stage.run(until=1.0)
    assert stage.said() == [] and stage.scheduler.played == 0


def test_hits_that_a_port_did_not_get_to_send_are_dropped_and_counted_never_played_late():
    stage = Stage(max_late_ms=20)
    stage.cue(0.0, (1.0, KICK), (2.0, SNARE))
    stage.run(until=0.49)
    stage.run(until=0.53, port=False)
    assert stage.scheduler.late == 1
    stage.run(until=2.0)
    assert [m.note for _, m in stage.port.sent if m.type == "note_on"] == [SNARE]


def test_a_stopped_scheduler_has_handed_over_the_end_of_every_note():
    stage = Stage(gate_ms=500)
    stage.cue(0.0, (0.5, KICK))
    stage.run(until=0.3)
    stage.scheduler.stop()
    stage.run(until=0.31)
    assert not stage.sounding()
    assert [kind for *_, kind in stage.logged()] == ["note_on", "note_off", "control_change"]


@given(
    hits=st.lists(st.tuples(st.floats(0, 3.9), st.sampled_from((KICK, SNARE))), max_size=20),
    silences=st.lists(st.floats(0, 2), max_size=3),
    drops=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 4)), max_size=3),
    ahead_s=st.sampled_from((0.0, 0.02, 0.15)),
)
def test_whatever_is_dropped_and_silenced_every_note_ends_and_the_log_is_what_was_heard(
    hits, silences, drops, ahead_s
):
    stage = Stage(ahead_s=ahead_s)
    for beat, drum in hits:
        stage.cue(beat, (0.0, drum))
    moments = [(at, None) for at in silences] + list(drops)
    for at, beat in sorted(moments, key=lambda moment: moment[0]):
        stage.run(until=at)
        if beat is None:
            stage.scheduler.silence()
        else:
            stage.scheduler.drop_from(beat)
    stage.run(until=2.3)
    stage.scheduler.stop()
    stage.run(until=2.4)
    assert not stage.sounding()
    heard = sorted((at, str(message)) for at, message in stage.port.sent)
    assert heard == sorted((at, str(message)) for _, at, message in stage.scheduler.sent)
    strokes = [message for _, message in stage.port.sent if message.type == "note_on"]
    assert len(strokes) == stage.scheduler.played
