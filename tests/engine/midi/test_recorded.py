"""A recording as a MIDI file: everything sounds when it was played, bars lie where they were."""

import numpy as np
import pytest

from engine.midi.contents import TempoMap, contents_of
from engine.midi.recorded import DIVISION, TimedNote, recorded_file
from engine.music.notes import Metre

BEATS = np.cumsum([0.0, 0.5, 0.52, 0.47, 0.5, 0.55, 0.5, 0.5, 0.5])


@pytest.mark.parametrize("first, lead", [(1.3, 3), (0.1, 0), (0.4, 1), (2.0, 4), (-0.2, 3)])
def test_notes_and_bar_lines_keep_their_times(first, lead):
    beats = (BEATS + first).tolist()
    notes = [TimedNote(beats[4] + 0.1, 0.3, 52, 90), TimedNote(beats[6], 0.2, 55, 70)]
    found = contents_of(recorded_file(notes, beats, 4))
    times = TempoMap(found.tempos, found.division)
    (line,) = found.lines
    assert [times.at(n.tick) for n in line.notes] == pytest.approx(
        [note.time for note in notes], abs=2e-3
    )
    assert [times.at(n.end) for n in line.notes] == pytest.approx(
        [note.time + note.duration for note in notes], abs=2e-3
    )
    bar = beats[4] if first < 0 else beats[0]
    if lead:
        assert times.at(lead * DIVISION) == pytest.approx(bar, abs=1e-3)
    assert found.metres[-1] == ((lead % 4) * DIVISION, Metre(4, 4))
