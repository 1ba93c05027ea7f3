"""The baselines, on a corpus whose common and nearest bars are known."""

import numpy as np
import pytest

from engine.corpus.prepare import prepare_songs
from engine.corpus.store import read_corpus
from engine.evaluation.hit_metrics import score
from engine.evaluation.measures.baselines import (
    COMMON,
    LATE,
    LOOP,
    NEAREST,
    ROCK,
    Baselines,
    looped,
    two_bars_late,
    typical_bar,
)
from engine.evaluation.measures.copying import copied
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.live import Live
from engine.evaluation.measures.nearest import Nearest, song_features
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.songs import songs_of
from engine.music.kit import Voice
from engine.music.notes import Note, Request
from tests.support.fakes import RockDrummer
from tests.support.made import bars_of, hit, song
from tests.support.midi_files import maps, midi, track, write

MANIFEST = (
    "file,split,strict,group,feel",
    "low.mid,train,1,one,straight",
    "high.mid,train,1,two,straight",
    "long.mid,train,1,three,triplet/swing",
    "heard.mid,valid,1,four,straight",
)


def band(pitch, guitar, drums, bars=12):
    """A guitar that strikes `guitar` beats of each bar, and drums (beat, pitch) of each bar."""
    notes = [(4 * bar + beat, 0.4, pitch, 80) for bar in range(bars) for beat in guitar]
    hits = [(4 * bar + beat, 0.1, drum, 100) for bar in range(bars) for beat, drum in drums]
    return midi(
        maps(bpm=[(0, 120)], metres=[(0, 4, 4)]),
        track(notes, program=27, name="Guitar"),
        track(sorted(hits), channel=9, name="Drums"),
    )


PLAIN = ((0, 36), (1, 38), (2, 36), (3, 38))
BUSY = ((0, 36), (0.5, 42), (1, 38), (1.5, 42), (2, 36), (3, 38))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("baselines")
    songs = write(
        folder / "songs",
        low=band(42, (0, 2), PLAIN),
        high=band(72, (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), PLAIN),
        long=band(72, (0, 1, 2, 3), BUSY, bars=60),
        heard=band(70, (0, 1, 2, 3), BUSY),
    )
    (songs / "manifest.csv").write_text("\n".join(MANIFEST), "utf-8")
    prepare_songs([songs], folder / "corpus", jobs=1)
    return read_corpus(folder / "corpus")


@pytest.fixture(scope="module")
def heard(corpus):
    return songs_of(corpus)[0]


def f1(song, hits):
    bars = song.scored_bars()
    truth, answer = (drumming(bars, range(len(bars)), each) for each in (song.hits(), hits))
    return score(truth.roll(fine=True), answer.roll(fine=True)).f1


def test_only_songs_of_training_are_known(corpus):
    training = TrainingBars(corpus)
    assert len(training) == 12 + 12 + 60
    names = {corpus.songs[song].file for song in training.tensors["bar_song"][training.bars]}
    assert names == {"low.mid", "high.mid", "long.mid"}


def test_a_sample_of_bars_is_in_order_and_the_same_each_time(corpus):
    training = TrainingBars(corpus)
    drawn = training.sample(20)
    assert len(set(drawn.tolist())) == 20 and (np.diff(drawn) > 0).all()
    assert (drawn == TrainingBars(corpus).sample(20)).all()
    assert (training.sample() == training.bars).all()


def test_the_common_bar_is_that_of_the_feel(corpus, heard):
    bars = heard.scored_bars()
    straight = Baselines(TrainingBars(corpus)).play(heard, bars)[COMMON]
    assert [(one.beat, one.voice) for one in straight if one.beat < 4] == [
        (0, Voice.KICK), (1, Voice.SNARE), (2, Voice.KICK), (3, Voice.SNARE),
    ]  # fmt: skip
    assert {one.velocity for one in straight} == {100}


def test_one_long_song_does_not_outweigh_two(corpus):
    unknown = song(bars=4, feel="")
    played = Baselines(TrainingBars(corpus)).play(unknown, unknown.bars)[COMMON]
    assert len([one for one in played if one.beat < 4]) == len(PLAIN)


def test_the_nearest_bar_has_the_guitar_most_alike(corpus, heard):
    training = TrainingBars(corpus)
    found = Nearest(training).bars_for(heard, heard.scored_bars())
    files = {corpus.songs[training.tensors["bar_song"][bar]].file for bar in found}
    assert files == {"long.mid"}
    played = Baselines(training).play(heard, heard.scored_bars())
    assert f1(heard, played[NEAREST]) == 1 > f1(heard, played[COMMON])


def test_the_song_itself_is_never_its_own_neighbour(corpus):
    training = TrainingBars(corpus)
    own = next(one for one in songs_of(corpus, split="train") if one.file == "long.mid")
    found = Nearest(training).bars_for(own, own.scored_bars())
    assert {corpus.songs[training.tensors["bar_song"][bar]].file for bar in found} <= {
        "high.mid", "low.mid",
    }  # fmt: skip


def test_the_sample_of_training_bars_is_the_same_each_time(corpus):
    first, second = (Nearest(TrainingBars(corpus), most=20) for _ in range(2))
    assert len(first.bars) == 20 and (first.bars == second.bars).all()


def test_a_feature_tells_step_and_register():
    notes = [Note(0.0, 1, 40), Note(0.0, 1, 43), Note(1.5, 1, 59), Note(5.0, 1, 60)]
    found = song_features(song(bars=2, notes=notes), bars_of(2)).reshape(2, -1, 3)
    assert found[0, 0].tolist() == pytest.approx([np.sqrt(2), 0, 0])
    assert found[0, 9].tolist() == [0, 1, 0] and found[1, 6].tolist() == [0, 0, 1]
    assert found.sum() == pytest.approx(np.sqrt(2) + 2)


def test_two_bars_late_is_the_truth_moved():
    own = song(bars=8)
    bars = own.scored_bars()
    late = two_bars_late(own, bars)
    assert [(round(one.beat, 6), one.drum) for one in sorted(late)] == [
        (round(one.beat + 8, 6), one.drum) for one in own.hits() if one.beat < 23.9
    ]


def test_a_song_that_repeats_every_two_bars_is_foreseen_two_bars_late(corpus, heard):
    bars = heard.scored_bars()
    played = Baselines(TrainingBars(corpus)).play(heard, bars)
    assert f1(heard, played[LATE]) == pytest.approx(2 * 60 / (60 + 72))  # 10 of 12 bars


def test_the_typical_bar_is_the_one_most_like_all():
    odd = [hit(at, Voice.CRASH) for at in (0.25, 1.25, 2.25)]
    usual = [hit(4 * bar + at, Voice.KICK) for bar in (1, 2, 3) for at in (0, 2)]
    own = song(hits=[*odd, *usual], bars=4)
    bars = own.scored_bars()
    assert typical_bar(own, bars).start in (4.0, 8.0, 12.0)
    assert [one.beat for one in looped(own, bars)] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert typical_bar(own, []) is None and looped(own, []) == ()


def test_without_training_songs_rock_beat_and_truth_are_left():
    class Empty(TrainingBars):
        def __init__(self):
            self.bars = np.zeros(0, np.int64)

    own = song(bars=4)
    assert set(Baselines(Empty()).play(own, own.bars)) == {ROCK, LOOP, LATE}


def test_patterns_of_training_are_found_again(corpus, heard):
    known = TrainingBars(corpus).two_bar_patterns()
    bars = heard.scored_bars()
    assert copied(drumming(bars, range(len(bars)), heard.hits()), known) == 1
    assert copied(drumming(bars, range(len(bars)), song().hits()), known) == 0


def test_a_live_drummer_hears_nothing_beyond_the_bar_line():
    drummer = RockDrummer()
    notes = (Note(1.0, 6.0, 50), Note(3.9, 1.0, 52), Note(4.0, 1.0, 55))
    Live(drummer).play(Request(1, 4.0, notes, 8.0))
    asked = drummer.requests[0]
    assert asked.heard_until == 4.0 and asked.notes == notes[:2]
