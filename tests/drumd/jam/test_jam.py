"""The live path on a clock moved by hand: messages in at one end, drums out at the other."""

from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.recording.recorder import Recorder
from drumd.status.phase import Phase
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.midi_clock import HostClock
from engine.music.notes import Metre
from tests.support import drummers
from tests.support.offline_jam import OfflineJam

STEP_S = 0.001


class Rig(OfflineJam):
    """A jam with one source of time, or more."""

    def __init__(self, source, kit, recorder=None):
        super().__init__(kit, musical=MusicalClock(source), recorder=recorder)

    def hear(self, time, message):
        super().hear([(time, message)])

    def until(self, end, step=STEP_S):
        super().until(end, step)

    def host(self, bpm, beats):
        """A host that plays: clock, start and stop."""
        self.hear(0.0, mido.Message("start"))
        for tick in range(int(beats * 24)):
            self.hear(tick * 2.5 / bpm, mido.Message("clock"))
        self.hear(beats * 60 / bpm, mido.Message("stop"))

    def riff(self, bpm, first, last):
        """A note in each beat."""
        for beat in range(first, last):
            self.hear(beat * 60 / bpm, mido.Message("note_on", note=45))
            self.hear((beat + 0.5) * 60 / bpm, mido.Message("note_off", note=45))

    def strokes(self, bpm):
        """(beat, drum) of what was sent."""
        return [(time * bpm / 60, drum) for time, drum in super().strokes()]


@pytest.mark.parametrize("kit", [drummers.Rock, drummers.Shifted])
def test_drums_land_on_the_given_tempos_grid_with_their_micro_timing(kit):
    rig = Rig(GivenTempo(120.0), kit())
    rig.riff(120, 0, 13)
    rig.until(7.9)
    strokes = rig.strokes(120)
    want = [stroke for stroke in drummers.bars_of(kit, 1, 4) if stroke[0] < 15.7]
    assert [drum for _, drum in strokes[: len(want)]] == [drum for _, drum in want]
    assert [beat for beat, _ in strokes[: len(want)]] == pytest.approx(
        [beat for beat, _ in want], abs=0.005
    )


def test_drums_follow_the_hosts_clock_and_end_with_it():
    rig = Rig(HostClock(), drummers.Rock())
    rig.host(100, 16)
    rig.riff(100, 0, 16)
    rig.until(12.0)
    beats = [beat for beat, _ in rig.strokes(100)]
    assert min(beats) == pytest.approx(4.0, abs=0.05) and max(beats) < 16.1
    assert rig.jam.conductor.phase is Phase.STOPPED


def test_the_recording_holds_the_guitar_and_every_drum_that_was_sent(tmp_path):
    path = tmp_path / "jam.mid"
    recorder = Recorder([path], Metre())
    rig = Rig(GivenTempo(120.0), drummers.Rock(), recorder)
    rig.riff(120, 0, 13)
    rig.until(6.9)
    rig.jam.collect_sent()
    recorder.close(rig.clock.now())
    file, recorded, tick = mido.MidiFile(path), [], 0
    for message in file.tracks[2]:
        tick += message.time
        if message.type == "note_on":
            recorded.append((tick / file.ticks_per_beat, message.note))
    assert [drum for _, drum in recorded] == [drum for _, drum in rig.strokes(120)]
    assert [beat for beat, _ in recorded] == pytest.approx(
        [beat for beat, _ in rig.strokes(120)], abs=0.005
    )
    assert sum(m.type == "note_on" for m in file.tracks[1]) == 13


def test_a_flood_is_survived_and_what_was_dropped_is_counted():
    rig = Rig(GivenTempo(120.0), drummers.Rock())
    for index in range(100_000):
        rig.jam.inbox.put(0.0, mido.Message("note_on", note=index % 128))
    rig.riff(120, 1, 8)
    rig.until(4.0)
    snapshot = rig.jam.snapshot()
    assert snapshot.dropped > 90_000
    assert snapshot.phase is Phase.PLAYING and rig.strokes(120)


def test_a_snapshot_counts_bars_and_beats_from_one():
    rig = Rig(GivenTempo(120.0), drummers.Rock())
    assert rig.jam.snapshot().bar is None
    rig.riff(120, 0, 12)
    rig.until(3.3)
    snapshot = rig.jam.snapshot()
    assert (snapshot.bar, snapshot.beat) == (2, 3)
    assert snapshot.bpm == pytest.approx(120) and snapshot.notes == 7
    assert [(4 + hit.beat, hit.drum) for hit in snapshot.pattern.hits] == drummers.bars_of(
        drummers.Rock, 1, 2
    )
    assert snapshot.hits == len(rig.strokes(120)) > 0


messages = st.one_of(
    st.sampled_from([mido.Message(kind) for kind in ("start", "stop", "continue")]),
    st.builds(lambda pos: mido.Message("songpos", pos=pos), st.integers(0, 200)),
    st.builds(lambda n: mido.Message("note_on", note=n), st.integers(0, 127)),
    st.builds(lambda n: mido.Message("note_off", note=n), st.integers(0, 127)),
    st.none(),  # two bars of clock
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.5), messages), max_size=20), st.booleans())
def test_any_host_and_any_guitar_leave_no_note_sounding_and_a_valid_recording(events, given_bpm):
    with TemporaryDirectory() as folder:
        recorder = Recorder([Path(folder) / "jam.mid"], Metre())
        rig = Rig(GivenTempo(400.0) if given_bpm else HostClock(), drummers.Rock(), recorder)
        for pause, message in events:
            rig.until(rig.clock.now() + pause, step=0.01)
            if message is None:
                for _ in range(2 * 4 * 24):
                    rig.jam.inbox.put(rig.clock.now(), mido.Message("clock"))
                    rig.until(rig.clock.now() + 0.00625, step=0.00625)
            else:
                rig.jam.inbox.put(rig.clock.now(), message)
        rig.until(rig.clock.now() + 0.1)
        rig.scheduler.stop()
        rig.jam.collect_sent()
        recorder.close(rig.clock.now())
        drums = mido.MidiFile(Path(folder) / "jam.mid").tracks[2]
    strokes = sum(message.type == "note_on" for message in drums)
    assert strokes == len(rig.strokes(400))
    assert sum(message.type == "note_off" for message in drums) == strokes
