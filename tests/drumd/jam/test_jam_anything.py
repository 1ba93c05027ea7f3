"""Whatever is played and pressed: every note ends, and the recording is whole."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.config import Settings
from drumd.controls import Control
from drumd.recording.recorder import Recorder
from engine.music.notes import Metre
from tests.support import drummers
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, steady, taps

PEDALS = {
    "tap": 64,
    "this_is_one": 20,
    "twice": 21,
    "half": 22,
    "fill": 23,
    "regenerate": 24,
    "hold": 25,
    "mute": 26,
    "style_dial": 27,
    "density_dial": 28,
    "intensity_dial": 29,
    "humanize_dial": 30,
    "metre_dial": 31,
}
METRES = st.sampled_from([Metre(), Metre(3, 4), Metre(6, 8), Metre(7, 8), Metre(12, 8)])
TEMPOS = st.sampled_from([70.0, 118.0, 190.0])


def pressed(number):
    return [
        (late, mido.Message("control_change", control=number, value=value))
        for late, value in ((0.0, 127), (0.05, 0))
    ]


SCENES = st.one_of(
    st.builds(lambda bpm: groove(steady(bpm, 0.0), 0, 12), TEMPOS),
    st.builds(lambda bpm, stop: host(bpm, 0.0, 8, stop=stop), TEMPOS, st.booleans()),
    st.builds(lambda bpm: taps([k * 60 / bpm for k in range(4)]), TEMPOS),
    st.builds(lambda number: pressed(number), st.sampled_from(list(PEDALS.values()))),
    st.builds(
        lambda value: [(0.0, mido.Message("control_change", control=31, value=value))],
        st.integers(0, 127),
    ),
    st.builds(
        lambda bpm: [(k * 60 / bpm + at, m) for k in range(4) for at, m in pressed(64)], TEMPOS
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 7), SCENES), max_size=8),
    st.sampled_from([("auto", None), ("auto", 110.0), ("free", None), ("count-in", None)]),
    METRES,
)
def test_every_note_ends_and_the_recording_is_whole(scenes, told, metre):
    clock, bpm = told
    controls = {name: Control("cc", number) for name, number in PEDALS.items()}
    with TemporaryDirectory() as folder:
        recorder = Recorder([Path(folder) / "jam.mid"], metre)
        chosen = Settings(clock=clock, bpm=bpm, metre=metre, **controls)
        rig = OfflineJam(drummers.Rock(), chosen, recorder=recorder)
        start = 0.0
        for pause, events in scenes:
            start += pause
            rig.hear((start + time, message) for time, message in events)
        rig.until(start + 8, step=0.01)
        rig.scheduler.stop()
        rig.jam.collect_sent()
        recorder.close(rig.clock.now())
        drums = mido.MidiFile(Path(folder) / "jam.mid").tracks[2]
    strokes = [message.note for message in drums if message.type == "note_on"]
    assert sorted(strokes) == sorted(drum for _, drum in rig.strokes())
    assert sum(message.type == "note_off" for message in drums) == len(strokes)
    starts = [m for _, events in scenes for _, m in events if m.type == "start"]
    for drum in set(strokes) if len(starts) < 2 else ():  # none is struck twice at once
        times = [time for time, struck in rig.strokes() if struck == drum]
        assert all(b - a > 0.02 for a, b in pairwise(times))
