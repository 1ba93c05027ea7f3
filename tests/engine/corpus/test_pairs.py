"""A song to pairs: bars by the file's own maps, strokes on their steps, parts that play along."""

from __future__ import annotations

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.corpus.clean import Unfit
from engine.corpus.pairs import MOST_STAND_INS, SongPairs, is_drummable, song_pairs
from engine.midi.read import parse_song
from engine.music.grid import beat_of
from engine.music.kit import Voice
from tests.support.midi_files import band, maps, midi, track


def song_of(*tracks: mido.MidiTrack) -> SongPairs:
    return song_pairs(parse_song(midi(*tracks)))


def rock(beats: int, *, first: float = 0.0) -> list[tuple[float, float, int, int]]:
    return [(first + beat, 0.1, 38 if beat % 2 else 36, 90) for beat in range(beats)]


def eighths(beats: int, *, pitch: int = 50) -> list[tuple[float, float, int, int]]:
    return [(half / 2, 0.4, pitch + half % 3, 90) for half in range(2 * beats)]


def strokes(pairs: SongPairs) -> list[tuple[int, int, int]]:
    hits = pairs.hits
    return list(zip(hits.bar.tolist(), hits.step.tolist(), hits.voice.tolist(), strict=True))


def test_a_band_gives_a_pair_for_each_part_and_each_two_bars() -> None:
    pairs = song_pairs(parse_song(band(16)))
    assert [part.is_guitar for part in pairs.parts] == [True, False]
    assert np.bincount(pairs.pair_part).tolist() == [15, 15]
    assert pairs.pair_bar.tolist() == [*range(15), *range(15)]
    assert pairs.strict


def test_a_stroke_just_before_a_bar_line_belongs_to_it_with_its_lead() -> None:
    drums = [*rock(31), (31.96, 0.1, 36, 100)]
    pairs = song_of(track(eighths(40), program=25), track(drums, channel=9))
    last = pairs.hits.bar.argmax()
    assert strokes(pairs)[last] == (8, 0, Voice.KICK)
    assert pairs.hits.offset[last] == pytest.approx(-0.04, abs=2e-3)


def test_triplets_and_sixteenths_have_their_own_steps() -> None:
    drums = [*rock(32), (0.25, 0.1, 42, 90), (1 / 3, 0.1, 42, 90), (2 / 3, 0.1, 42, 90)]
    pairs = song_of(track(eighths(32), program=25), track(sorted(drums), channel=9))
    assert [step for bar, step, voice in strokes(pairs) if voice == Voice.CLOSED_HAT] == [1, 2, 4]


def test_of_two_strokes_on_a_step_the_louder_stays() -> None:
    drums = [(0.0, 0.1, 35, 40), (0.01, 0.1, 36, 110), *rock(31, first=1.0)]
    pairs = song_of(track(eighths(32), program=25), track(drums, channel=9))
    assert pairs.hits.velocity[0] == 110
    assert len(pairs.hits) == 32


def test_bars_cut_short_and_odd_metres_are_not_learnt_from() -> None:
    changes = maps(metres=[(0, 4, 4), (14, 4, 4), (30, 11, 16)])
    pairs = song_of(changes, track(eighths(60), program=25), track(rock(60), channel=9))
    fits = [is_drummable(bar) for bar in pairs.bars]
    assert fits[:8] == [True, True, True, False, True, True, True, True]
    assert not any(fits[8:])
    assert pairs.pair_bar.tolist() == [0, 1, 4, 5, 6]


def test_a_pair_does_not_span_a_change_of_metre() -> None:
    changes = maps(metres=[(0, 4, 4), (16, 3, 4)])
    pairs = song_of(changes, track(eighths(40), program=25), track(rock(40), channel=9))
    assert 3 not in pairs.pair_bar


def test_bars_without_drums_or_without_the_part_give_no_pair() -> None:
    guitar = [note for note in eighths(64) if not 24 <= note[0] < 40]
    drums = [note for note in rock(64) if not 8 <= note[0] < 12]
    pairs = song_of(track(guitar, program=25), track(drums, channel=9))
    assert pairs.pair_bar.tolist() == [0, 3, 4, 5, 9, 10, 11, 12, 13, 14]


def test_a_doubled_part_counts_once() -> None:
    guitars = [track(eighths(32), program=25, channel=channel) for channel in (0, 1)]
    pairs = song_of(*guitars, track(rock(32), channel=9))
    assert len(pairs.parts) == 1


def test_stand_ins_are_the_parts_that_play_along_the_longest() -> None:
    others = [track(eighths(16 + 4 * n), program=0, channel=n) for n in range(8)]
    pairs = song_of(*others, track(rock(64), channel=9))
    assert len(pairs.parts) == MOST_STAND_INS == 6
    assert min(len(part) for part in pairs.parts) == 2 * (16 + 4 * 2)
    assert not pairs.strict


@pytest.mark.parametrize(
    ("tracks", "reason"),
    [
        ([track(rock(32), channel=9)], "drums alone, and not a human's"),
        ([track(eighths(32), program=122), track(rock(32), channel=9)], "no guitar"),
        ([track(eighths(14), program=25), track(rock(14), channel=9)], "too few bars"),
        ([track([(0, 1, 60, 90)]), track(rock(2), channel=9)], "too few bars"),
    ],
)
def test_songs_with_nothing_to_learn_are_named(tracks: list[mido.MidiTrack], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        song_of(*tracks)


@settings(deadline=None)  # a song a case
@given(
    st.lists(st.tuples(st.integers(0, 1000), st.sampled_from([36, 38, 42, 46])), max_size=80),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (12, 8)]),
)
def test_every_stroke_lies_on_a_step_of_its_bar_near_its_time(
    drums: list[tuple[int, int]], metre: tuple[int, int]
) -> None:
    played = [(tick / 24, 0.0, pitch, 90) for tick, pitch in drums]
    steady = track(sorted(rock(48) + played), channel=9)
    changes = maps(metres=[(0, *metre)])
    try:
        pairs = song_of(changes, track(eighths(60), program=25), steady)
    except Unfit:
        return
    hits = pairs.hits
    starts = np.array([bar.start for bar in pairs.bars])[hits.bar]
    lengths = np.array([bar.beats for bar in pairs.bars])[hits.bar]
    assert (beat_of(hits.step) < lengths).all()
    times = starts + beat_of(hits.step) + hits.offset
    true = np.array([at for at, *_ in rock(48) + played])
    assert all(np.abs(true - time).min() < 2e-3 for time in times)
    assert (np.abs(hits.offset) <= 0.13).all()
    assert len(set(strokes(pairs))) == len(hits)
