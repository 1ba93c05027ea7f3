"""Drums as notation: written, read back by music21, and right."""

from fractions import Fraction

import pytest
from music21 import converter

from engine.evaluation.hit_metrics import rock_beat
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre
from engine.music.song import Bar
from engine.notation.music_utils import STAFF, write_down, write_score


def bars_of(*metres, bpm=120.0):
    made, start = [], 0.0
    for metre in metres:
        made.append(Bar(start, metre.beats, metre, bpm))
        start += metre.beats
    return made


def hits(voice: Voice, *beats: float) -> list[Hit]:
    return [Hit(beat, PITCH_OF[voice]) for beat in beats]


def placed(bars, strokes, voice):
    """Beats of each bar at which a voice is written."""
    return [
        sorted(at for at, struck in bar.strokes.items() if voice in struck)
        for bar in write_down(bars, strokes)
    ]


@pytest.fixture(scope="module")
def score(tmp_path_factory):
    """A rock beat, a bar of triplets, and a bar each of other metres, read back from MusicXML."""
    path = tmp_path_factory.mktemp("score") / "drums.musicxml"
    bars = bars_of(Metre(), Metre(), Metre(6, 8), Metre(5, 8), Metre(7, 16))
    strokes = list(rock_beat(Metre()).hits)
    strokes += hits(Voice.RIDE, *(4 + third / 3 for third in range(12)))
    write_score(path, bars, strokes, title="A test")
    return converter.parse(path)


def measures(score):
    return list(score.parts[0].getElementsByClass("Measure"))


def test_the_score_is_one_percussion_staff_with_its_title(score):
    assert score.metadata.bestTitle == "A test"
    assert len(score.parts) == 1
    assert type(measures(score)[0].clef).__name__ == "PercussionClef"


def test_each_bar_has_its_own_metre_and_is_full(score):
    found = [(m.timeSignature.ratioString if m.timeSignature else "") for m in measures(score)]
    assert found == ["4/4", "", "6/8", "5/8", "7/16"]
    assert [m.duration.quarterLength for m in measures(score)] == [4, 4, 3, 2.5, 1.75]


def test_hands_and_feet_are_written_apart_on_their_places_with_their_heads(score):
    hands, feet = measures(score)[0].voices
    kicks = [(n.offset, n.displayName, n.notehead) for n in feet.notes]
    assert kicks == [(0, "F4", "normal"), (2, "F4", "normal")]
    chord = hands.notes[2]
    assert chord.offset == 1
    assert [(n.displayName, n.notehead) for n in chord.notes] == [("C5", "normal"), ("G5", "x")]
    stems = {one.stemDirection for each in hands.notes for one in getattr(each, "notes", [each])}
    assert stems == {"up"}


def test_a_bar_of_triplets_is_written_as_triplets(score):
    hands = measures(score)[1].voices[0]
    assert [n.offset for n in hands.notes] == [Fraction(third, 3) for third in range(12)]
    assert hands.notes[0].duration.tuplets[0].numberNotesActual == 3
    assert hands.notes[0].duration.tuplets[0].type == "start"


def test_every_voice_has_a_place_of_its_own_or_a_head_of_its_own():
    assert set(STAFF) == set(Voice)
    assert len(set(STAFF.values())) == len(Voice)


def test_micro_timing_is_rounded_to_the_nearest_sixteenth():
    assert placed(bars_of(Metre()), hits(Voice.SNARE, 1.03, 2.2, 3.71), Voice.SNARE) == [
        [1, Fraction(9, 4), Fraction(15, 4)]
    ]


def test_what_leans_over_a_bar_line_is_written_on_it():
    bars = bars_of(Metre(), Metre())
    assert placed(bars, hits(Voice.CRASH, -0.02, 3.97), Voice.CRASH) == [[0], [0]]


def test_swung_eighths_are_triplets_and_straight_ones_are_not():
    ride = hits(Voice.RIDE, 0, 0.66, 1, 1.5)
    assert placed(bars_of(Metre()), ride, Voice.RIDE) == [[0, Fraction(2, 3), 1, Fraction(3, 2)]]


def test_drums_that_are_no_voice_are_left_out():
    assert [bar.strokes for bar in write_down(bars_of(Metre()), [Hit(0.0, 56)])] == [{}]


def test_the_same_drums_make_the_same_score(tmp_path):
    for name in ("a.musicxml", "b.musicxml"):
        write_score(tmp_path / name, bars_of(Metre()), rock_beat(Metre()).hits, title="same")
    assert (tmp_path / "a.musicxml").read_bytes() == (tmp_path / "b.musicxml").read_bytes()
