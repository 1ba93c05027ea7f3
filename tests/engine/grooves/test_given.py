"""The groove that a MIDI file gives."""

import pytest

from engine.errors import MidiError
from engine.grooves.given import groove_of_file
from engine.music.notes import Hit, Metre
from tests.support.midi_files import maps, midi, track

KICK, SNARE, HAT = 36, 38, 42
BAR = ((0, KICK), (1, SNARE), (2, KICK), (3, SNARE), (3.5, HAT))


@pytest.fixture
def read(tmp_path):
    def groove(strokes, *, metres=((0, 4, 4),), channel=9):
        notes = [(beat, 0.1, drum, 90) for beat, drum in sorted(strokes)]
        path = tmp_path / "beat.mid"
        path.write_bytes(midi(maps(metres=metres), track(notes, channel=channel)))
        return groove_of_file(path)

    return groove


def bars(*patterns, beats=4.0):
    return [(beats * at + beat, drum) for at, bar in enumerate(patterns) for beat, drum in bar]


OTHER = ((0, KICK), (2, SNARE))
THIRD = ((0, KICK), (2.5, SNARE))


@pytest.mark.parametrize(
    ("played", "length"),
    [
        ([BAR], 1),
        ([BAR] * 4, 1),
        ([BAR, OTHER], 2),
        ([BAR, OTHER] * 2, 2),
        ([BAR, OTHER, BAR], 2),
        ([BAR, BAR, BAR, OTHER], 4),
        ([BAR, OTHER, THIRD], 3),
        ([BAR] * 4 + [OTHER] * 9, 1),
    ],
)
def test_what_the_first_four_bars_repeat_is_kept_once(read, played, length):
    groove = read(bars(*played))
    assert groove.bars == length
    kept = [(hit.beat, hit.drum) for hit in groove.pattern.hits]
    assert kept == sorted(bars(*played[:length]))


def test_a_pick_up_before_the_first_whole_bar_is_left_out(read):
    groove = read([(3, SNARE), (3.5, SNARE), *((4 + beat, drum) for beat, drum in BAR)])
    assert groove.bars == 1 and groove.pattern.hits[0] == Hit(0.0, KICK, 90)


def test_a_bar_that_a_change_of_metre_cuts_short_is_a_pick_up(read):
    strokes = [(0, SNARE), *((1 + beat, drum) for beat, drum in BAR)]
    assert read(strokes, metres=((0, 4, 4), (1, 4, 4))).pattern.hits[0].drum == KICK


def test_silence_before_the_drums_is_no_bar_of_the_groove(read):
    assert read([(8 + beat, drum) for beat, drum in BAR]).bars == 1


def test_a_last_stroke_on_the_one_ends_the_file_and_is_no_bar(read):
    assert read([*bars(BAR), (4, KICK)]).bars == 1


def test_strokes_keep_how_hard_and_how_early_they_are(tmp_path):
    path = tmp_path / "beat.mid"
    strokes = [(3.95, 0.1, KICK, 111), (5.04, 0.1, SNARE, 33), (7.95, 0.1, KICK, 99)]
    path.write_bytes(midi(track(strokes, channel=9)))
    first, second = groove_of_file(path).pattern.hits
    assert (first.velocity, second.velocity) == (111, 33)
    assert (first.beat, second.beat) == pytest.approx((-0.05, 1.04), abs=0.01)


def test_bars_played_a_little_unevenly_are_the_same_bars(read):
    late = tuple((beat + 0.04, drum) for beat, drum in BAR)
    assert read(bars(BAR, late, BAR, late)).bars == 1


def test_the_groove_is_in_the_metre_of_its_file(read):
    waltz = ((0, KICK), (1, SNARE), (2, SNARE))
    groove = read(bars(waltz, waltz, beats=3.0), metres=((0, 3, 4),))
    assert groove.metre == Metre(3, 4) and groove.bars == 1


def test_a_groove_ends_where_the_metre_changes(read):
    strokes = [*bars(BAR, OTHER), *((8 + beat, KICK) for beat in range(6))]
    assert read(strokes, metres=((0, 4, 4), (8, 3, 4))).bars == 2


@pytest.mark.parametrize(
    ("strokes", "options", "problem"),
    [
        ([(0, KICK), (1, SNARE)], {"channel": 0}, "holds no drums"),
        ([(0, 90), (1, 91)], {}, "holds no drums"),
        ([(0, KICK)], {}, "too short for a groove"),
        ([(0, KICK), (1, SNARE)], {"metres": ((0, 7, 16),)}, "in 7/16, which cannot be drummed"),
        ([(0, KICK), (1, SNARE)], {"metres": ((0, 4, 4), (2, 3, 4))}, "too short"),
    ],
)
def test_a_file_without_a_groove_is_answered_in_one_sentence(read, strokes, options, problem):
    with pytest.raises(MidiError, match=rf"beat\.mid: .*{problem}") as raised:
        read(strokes, **options)
    assert "\n" not in str(raised.value)
