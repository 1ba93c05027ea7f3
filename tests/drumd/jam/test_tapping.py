"""A groove that is tapped in: which bars count, and which drums they are."""

import mido
import pytest

from drumd.jam.tapping import Tapping
from engine.music.kit import PITCH_OF, Voice

KICK, SNARE = PITCH_OF[Voice.KICK], PITCH_OF[Voice.SNARE]
PADS = 9


def tapped(strokes, *, begun=8.0, until, bar=4.0, channel=PADS):
    tapping = Tapping(begun)
    for beat, pitch in strokes:
        message = mido.Message("note_on", note=pitch, velocity=80, channel=channel)
        tapping.hear(beat, message)
    pattern = tapping.groove(until, bar)
    return pattern and (pattern.beats, [(hit.beat, hit.drum) for hit in pattern.hits])


BEAT = [(0, KICK), (1, SNARE), (2, KICK), (2.5, KICK), (3, SNARE)]


def test_pads_are_the_drums_that_they_send_laid_on_the_grid():
    strokes = [(8.03, 35), (9.04, 38), (9.96, 36), (10.53, 36), (11.05, 40)]
    assert tapped(strokes, until=12.1) == (4.0, BEAT)


def test_muted_strokes_are_kick_on_the_lowest_string_and_snare_on_the_others():
    strokes = [(8, 40), (8.02, 52), (9, 55), (9.01, 59), (10, 42), (10.5, 40), (11, 57)]
    assert tapped(strokes, until=12.0, channel=0) == (4.0, BEAT)


def test_strokes_nearer_to_triplets_are_laid_on_triplets():
    strokes = [(8 + third / 3 + 0.02, 42) for third in range(12)]
    beats, hits = tapped(strokes, until=12.0)
    assert beats == 4.0 and [beat for beat, _ in hits] == pytest.approx([k / 3 for k in range(12)])


@pytest.mark.parametrize(
    ("begun", "until", "want"),
    [
        (8.0, 16.0, 8.0),
        (8.4, 16.0, 8.0),  # the foot was a little late
        (7.0, 16.0, 8.0),
        (8.0, 15.2, 8.0),  # let go on the last beat
        (8.0, 14.0, 4.0),
        (9.0, 16.0, 4.0),
    ],
)
def test_bars_are_whole_from_pressing_to_letting_go(begun, until, want):
    strokes = [(beat, KICK) for beat in range(8, 16)]
    pattern = tapped(
        [stroke for stroke in strokes if stroke[0] >= begun - 0.5], until=until, begun=begun
    )
    assert pattern[0] == want


def test_the_last_four_bars_count_and_silent_bars_around_them_do_not():
    strokes = [(float(4 * bar + 8), KICK if bar else SNARE) for bar in range(5)]
    assert tapped(strokes, until=40.0) == (16.0, [(float(4 * bar), KICK) for bar in range(4)])


@pytest.mark.parametrize(("strokes", "until"), [([], 20.0), ([(9.0, KICK)], 10.0)])
def test_less_than_a_whole_bar_is_no_groove(strokes, until):
    assert tapped(strokes, until=until) is None


def test_strokes_before_there_is_a_time_only_count_as_tapped():
    tapping = Tapping(None)
    tapping.hear(None, mido.Message("note_on", note=KICK, channel=PADS))
    assert tapping.struck and tapping.groove(8.0, 4.0) is None


def test_what_is_tapped_moves_with_the_song():
    tapping = Tapping(8.0)
    tapping.hear(8.0, mido.Message("note_on", note=KICK, channel=PADS))
    tapping.shift(-8.0)
    assert tapping.groove(4.0, 4.0).beats == 4.0
