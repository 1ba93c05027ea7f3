"""Songs that are played in every style, for a judge."""

import pytest

from engine.corpus.prepare import prepare_songs
from engine.corpus.store import read_corpus
from engine.evaluation.style_trial import play_styles, style_trial, true_styles
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern
from engine.music.wishes import Style
from tests.support.fakes import RockDrummer
from tests.support.made import song
from tests.support.midi_files import band, write

MANIFEST = (
    "file,split,strict,group,genre",
    "a.mid,train,1,one,jazz",
    "b.mid,train,1,two,jazz",
    "c.mid,train,1,three,rock",
    "loose.mid,train,0,four,rock",
    "held.mid,valid,1,five,jazz",
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("styles")
    pitches = {"a": 52, "b": 54, "c": 57, "loose": 60, "held": 62}
    songs = write(folder / "songs", **{name: band(20, pitch=p) for name, p in pitches.items()})
    (songs / "manifest.csv").write_text("\n".join(MANIFEST), "utf-8")
    prepare_songs([songs], folder / "corpus", jobs=1)
    return read_corpus(folder / "corpus")


class Obedient(RockDrummer):
    """Keeps time on the ride for jazz and on the hat for all else."""

    def play(self, request):
        voice = Voice.RIDE if request.wishes.style is Style.JAZZ else Voice.CLOSED_HAT
        return Pattern.of([Hit(n / 2, PITCH_OF[voice]) for n in range(8)], 4.0)


def test_a_song_is_played_in_every_style_as_it_is_told():
    found = {one.style: one for one in play_styles(song(bars=16), Obedient())}
    assert set(found) == {style.name.lower() for style in Style}
    for style, keeper in (("jazz", Voice.RIDE), ("rock", Voice.CLOSED_HAT)):
        first = found[style].phrases[0]
        assert {first.rows[row] for row in first.row} == {keeper}


def test_the_judge_learns_from_strict_songs_to_train_on_and_from_a_few_of_each_style(corpus):
    assert sorted(one.style for one in true_styles(corpus)) == ["jazz", "jazz", "rock"]
    assert sorted(one.style for one in true_styles(corpus, most=1)) == ["jazz", "rock"]
    assert true_styles(corpus, most=0) == []


def test_with_too_few_true_songs_nothing_is_told(corpus):
    assert style_trial(corpus, []) is None
