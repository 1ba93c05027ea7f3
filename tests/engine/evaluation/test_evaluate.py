"""Measuring a drummer on songs whose drums are known."""

from dataclasses import replace

import numpy as np
import pytest

from engine.corpus.prepare import prepare_songs
from engine.corpus.store import read_corpus
from engine.errors import CorpusError, EngineError
from engine.evaluation.evaluate import SongTask, evaluate, measure, perform
from engine.evaluation.measures.baselines import ROCK, Baselines, typical_bar
from engine.evaluation.measures.counterfactuals import REST
from engine.evaluation.measures.likelihood import true_pattern
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.results import LIVE, MODEL, OTHER, PLAYERS, TOLD, TRUTH
from engine.evaluation.songs import borrowed_guitar, drummers_of, in_part, other_songs, songs_of
from engine.inference.guide import Guide
from engine.music.kit import Voice
from engine.music.notes import Pattern
from tests.support.bundles import BOOK_OF_SEVEN, book_of
from tests.support.fakes import RockDrummer
from tests.support.midi_files import band, maps, midi, track, write

ROWS_OF_MANIFEST = (
    "file,split,strict,group",
    "a.mid,valid,1,one",
    "b.mid,valid,1,two",
    "waltz.mid,valid,1,three",
    "train.mid,train,1,four",
    "loose.mid,valid,0,five",
)


def waltz() -> bytes:
    guitar = [(b / 2, 0.4, 50 + b % 5, 80) for b in range(6 * 20)]
    drums = [(float(b), 0.1, 36 if b % 3 == 0 else 38, 90) for b in range(3 * 20)]
    return midi(
        maps(bpm=[(0, 150)], metres=[(0, 3, 4)]),
        track(guitar, program=25, name="Guitar"),
        track(drums, channel=9, name="Drums"),
    )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two songs with the fixed rock beat, a waltz, one to train on and one that is not strict."""
    folder = tmp_path_factory.mktemp("eval")
    rock = {"a": band(20), "b": band(24, pitch=57), "train": band(20, pitch=60)}
    songs = write(folder / "songs", **rock, loose=band(20, pitch=62), waltz=waltz())
    (songs / "manifest.csv").write_text("\n".join(ROWS_OF_MANIFEST), "utf-8")
    prepare_songs([songs], folder / "corpus", jobs=1)
    return read_corpus(folder / "corpus")


@pytest.fixture(scope="module")
def by_file(corpus):
    return {song.file: song for song in songs_of(corpus)}


class SilentDrummer:
    guide = None

    def play(self, request):
        return Pattern((), request.metre.beats)

    def bits(self, request, truth):  # noqa: ARG002 (never surprised)
        return 0.0


class Reading(RockDrummer):
    """Finds every stroke a bit surprising."""

    def bits(self, request, truth):  # noqa: ARG002 (never listens)
        return float(len(truth.hits))


def guide():
    """One that always prefers the last groove of its book."""
    grooves = book_of(*BOOK_OF_SEVEN)
    return Guide(grooves, lambda _: (np.zeros(7, np.float32), np.linspace(0.1, 0.7, 7)))


@pytest.fixture(scope="module")
def measured(corpus):
    """Measures a song as it is drummed to by somebody."""
    baselines = Baselines(TrainingBars(corpus))

    def run(song, drummer, *lenders):
        task = SongTask(song, lenders)
        return measure(task, perform(task, drummer), baselines, frozenset())

    return run


def test_only_strict_guitar_songs_of_the_split_are_measured(by_file):
    assert set(by_file) == {"a.mid", "b.mid", "waltz.mid"}


def test_the_halves_share_no_song_and_leave_none_out(corpus, by_file):
    halves = {part: set() for part in ("tune", "last")}
    for part, files in halves.items():
        try:
            files |= {song.file for song in songs_of(corpus, part=part)}
        except CorpusError:
            continue
    assert not halves["tune"] & halves["last"]
    assert halves["tune"] | halves["last"] == set(by_file)


def test_about_half_of_all_groups_are_kept_for_the_last_look():
    last = sum(in_part(f"group{number}", "last") for number in range(1000))
    assert 450 < last < 550


def test_a_song_is_read_back_as_it_was(by_file):
    song = by_file["a.mid"]
    assert (len(song.notes), len(song.bars), str(song.metre)) == (160, 20, "4/4")
    assert round(song.bpm) == 120
    assert song.hit_beats[song.hit_voices == Voice.KICK].tolist() == list(range(0, 80, 2))
    assert [bar.start for bar in song.scored_bars()] == [4.0 * bar for bar in range(20)]


def test_a_drummer_who_plays_what_was_played_scores_one(by_file, measured):
    result = measured(by_file["a.mid"], Reading(), by_file["b.mid"])
    for who in (MODEL, LIVE, OTHER, ROCK):
        for score in (result.scores[who], result.fine[who]):
            assert score.jaccard == 1
            assert score.f1 == 1 or (who is not ROCK and score.f1 > 0.98)  # it ends its own way
    assert (result.bars, result.other) == (20, "b.mid")
    assert set(result.style) == {TRUTH, *PLAYERS} - {TOLD}


def test_a_silent_drummer_scores_nothing_beside_the_rock_beat(by_file, measured):
    result = measured(by_file["a.mid"], SilentDrummer())
    assert (result.scores[MODEL].f1, result.scores[ROCK].f1) == (0, 1)
    assert OTHER not in result.scores and result.likelihood.worth_primed is None
    assert result.responses[REST].density is None


def test_the_drummer_never_hears_the_true_drums(by_file):
    drummer = Reading()
    perform(SongTask(by_file["waltz.mid"]), drummer)
    assert drummer.requests[0].history == ()
    played = drummer.play(drummer.requests[0])
    assert drummer.requests[1].history == (played,)


def test_live_the_drummer_hears_the_guitar_up_to_the_bar_line_only(by_file):
    drummer = Reading()
    perform(SongTask(by_file["a.mid"]), drummer)
    whole, live = drummer.requests[:20], drummer.requests[20:40]
    assert [one.heard_until - one.start for one in (*whole, *live)] == [4.0] * 20 + [0.0] * 20
    assert [one.start for one in whole] == [one.start for one in live]
    assert all(note.onset < one.start for one in live for note in one.notes)


def test_the_typical_bar_of_the_song_is_told_as_its_groove(by_file):
    drummer, song = Reading(guide=guide()), by_file["a.mid"]
    perform(SongTask(song), drummer)
    typical = typical_bar(song, song.scored_bars())
    told = true_pattern(sorted(song.hits()), typical)
    assert {one.groove for one in drummer.requests[40:60]} == {told}


def test_the_other_guitar_is_that_of_the_lender(by_file):
    drummer, song, lender = Reading(), by_file["a.mid"], by_file["b.mid"]
    perform(SongTask(song, (lender,)), drummer)
    lent = borrowed_guitar(song, lender)
    for request in drummer.requests[40:60]:
        assert request.notes[-8:] == tuple(
            note for note in lent if request.start <= note.onset < request.heard_until
        )


def test_every_idea_is_played_to_the_same_guitar_and_keeps_to_a_groove_of_its_own(by_file):
    drummer, song = Reading(guide=guide()), by_file["a.mid"]
    performance = perform(SongTask(song, ideas=3), drummer)
    assert len(performance.ideas) == 2
    ideas = drummer.requests[:20], drummer.requests[-40:-20], drummer.requests[-20:]
    assert len({tuple(one.groove for one in each) for each in ideas}) == 3
    assert all([one.notes for one in each] == [one.notes for one in ideas[0]] for each in ideas)


def test_one_idea_is_enough_where_no_other_is_asked_for(by_file, measured):
    result = measured(by_file["a.mid"], SilentDrummer())
    assert (result.ideas.count, result.ideas.first, result.ideas.alike) == (1, 0, None)
    assert result.other_ideas == ()


def test_bits_are_those_of_the_true_drums(by_file, measured):
    result = measured(by_file["a.mid"], Reading(), by_file["b.mid"])
    assert (result.likelihood.primed, result.likelihood.worth_primed) == (12, 0)


def test_songs_are_measured_in_processes_and_come_in_their_order(corpus, by_file):
    songs = [by_file["b.mid"], by_file["a.mid"]]
    counts = []
    found = evaluate(
        corpus, songs, pool=list(by_file.values()), processes=2,
        progress=lambda *done: counts.append(done),
    )  # fmt: skip
    assert [one.file for one in found] == ["b.mid", "a.mid"]
    assert [one.other for one in found] == ["a.mid", "b.mid"]
    assert counts == [(0, 2), (1, 2), (2, 2)]
    assert found[0].scores[ROCK].f1 == 1 and found[0].likelihood.primed > 0


def test_a_bundle_that_cannot_be_played_is_told_with_the_song(corpus, by_file, tmp_path):
    with pytest.raises(EngineError, match=r"a\.mid cannot be measured: .* has no bundle\.json"):
        evaluate(corpus, [by_file["a.mid"]], bundle=tmp_path)


def test_drummers_alone_are_songs_without_a_guitar(corpus, by_file):
    infos = [replace(one, kind="drums" * (one.file == "a.mid")) for one in corpus.songs]
    (alone,) = drummers_of(replace(corpus, songs=infos))
    assert (alone.file, alone.notes) == ("a.mid", ())
    assert alone.hits() == by_file["a.mid"].hits()
    assert drummers_of(replace(corpus, songs=infos), split="train") == []


def test_a_guitar_is_lent_by_a_song_of_the_same_metre_and_another_group(by_file):
    songs = list(by_file.values())
    assert other_songs(by_file["a.mid"], songs, 9) == [by_file["b.mid"]]
    assert other_songs(by_file["waltz.mid"], songs, 9) == []
    assert other_songs(by_file["a.mid"], songs, 0) == []


def test_a_lent_guitar_lies_in_the_bars_of_the_song_it_is_lent_to(by_file):
    song, lender = by_file["a.mid"], by_file["b.mid"]
    notes = borrowed_guitar(song, lender)
    assert [note.onset for note in notes] == [note.onset for note in song.notes]
    assert [note.pitch for note in notes] == [note.pitch for note in lender.notes[: len(notes)]]


def test_a_short_lender_begins_again(by_file):
    notes = borrowed_guitar(by_file["b.mid"], by_file["a.mid"])
    assert len(notes) == len(by_file["b.mid"].notes)
    assert notes[160].pitch == by_file["a.mid"].notes[0].pitch


def test_a_corpus_without_such_songs_is_refused_in_a_sentence(tmp_path):
    songs = write(tmp_path / "songs", one=band(20))
    (songs / "manifest.csv").write_text("file,split,strict\none.mid,train,1\n", "utf-8")
    prepare_songs([songs], tmp_path / "corpus", jobs=1)
    with pytest.raises(CorpusError, match="no strict guitar song"):
        songs_of(read_corpus(tmp_path / "corpus"))
