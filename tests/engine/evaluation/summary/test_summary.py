"""Songs summed up: a perfect drummer over all measures, and means by hand."""

import json

import pytest

from engine.evaluation.measures.baselines import COMMON, LATE, LOOP, NEAREST, ROCK
from engine.evaluation.measures.counterfactuals import REST, Response
from engine.evaluation.results import LIVE, MODEL, OTHER, TRUTH
from engine.evaluation.summary.document import document
from engine.evaluation.summary.judgement import KIT, ROCK_STRUCK, STRUCK, TOUCH
from engine.evaluation.summary.summary import Won, mean, summarise
from engine.music.kit import Voice
from tests.support.made import groove, hit, song
from tests.support.results import CONDITIONS, result_of


@pytest.fixture(scope="module")
def perfect():
    """Ten songs that differ, drummed to perfectly."""
    songs = []
    for n in range(10):
        extra = [hit(4.0 * bar + 1.5 + n / 20, Voice.RIDE, 30 + 9 * n) for bar in range(0, 16, 2)]
        songs.append(song(f"{n}.mid", hits=sorted(groove(16) + extra)))
    return [result_of(own, own.hits(), **{LIVE: own.hits()}) for own in songs]


def test_a_perfect_drummer_is_perfect_over_all_measures(perfect):
    found = summarise(perfect)
    for row in (found.means[MODEL], found.fine[MODEL]):
        for name in ("f1", "precision", "recall", "jaccard"):
            assert (row[name].mean, row[name].low, row[name].high) == (1, 1, 1)
    for voices in (found.voices[MODEL], found.fine_voices[MODEL]):
        assert {one.mean for one in voices.values() if one} == {1}
    assert found.listening[MODEL] == found.listening[TRUTH]
    assert found.style[MODEL] == found.style[TRUTH]
    style = found.style[MODEL]
    assert style["velocity_error"].mean == style["timing_error_ms"].mean == 0
    assert style["fill_f1"].mean == style["feel_right"].mean == style["copied"].mean == 1
    for one in found.overlaps[MODEL].values():
        assert one.overlap.mean == pytest.approx(1) and one.spread == pytest.approx(1)
        assert one.divergence == pytest.approx(0, abs=1e-6)
    assert found.won[ROCK] == Won(10, 0, 0) and found.won[LIVE] == Won(0, 0, 10)


def test_means_gains_and_songs_won_as_counted_by_hand():
    own = song(bars=16)
    found = summarise(
        [
            result_of(own, own.hits(), worth=3.0, **{OTHER: []}),
            result_of(own, [], worth=1.0, responses={REST: Response(-1.0, None)}),
        ]
    )
    assert found.means[MODEL]["f1"].mean == 0.5
    assert found.gains[OTHER].mean == 1 and found.gains[OTHER].songs == 1
    assert (found.won[ROCK].won, found.won[ROCK].lost) == (1, 1)
    assert found.likelihood["worth_primed"].mean == 2
    assert found.responses[REST]["density"].mean == -1
    assert found.responses[REST]["loudness"] is None
    assert found.voices[MODEL]["kick"].mean == 0.5
    assert found.voices[MODEL]["ride"] is None
    assert found.overlaps[MODEL]["voices"] is None  # too few songs
    assert (found.songs, found.bars) == (2, 32)


def test_players_that_could_not_play_are_missing(perfect):
    found = summarise(perfect)
    assert list(found.means) == [MODEL, LIVE, LOOP, ROCK, LATE]
    assert not {OTHER, COMMON, NEAREST} & set(found.style)


def test_a_mean_leaves_out_what_is_not_known():
    assert mean([1.0, None, 2.0]).mean == 1.5
    assert mean([None, None]) is mean([]) is None


def test_no_songs_are_refused():
    with pytest.raises(ValueError, match="a song to sum up"):
        summarise([])


def test_all_that_was_found_is_one_json_document(perfect):
    told = json.loads(json.dumps(document(perfect, summarise(perfect), CONDITIONS)))
    assert told["means"][MODEL]["f1"]["mean"] == 1 and told["part"] == "tune"
    assert told["voices"]["kick"]["mean"] == 1 and told["all_voices"][ROCK]["ride"]["mean"] == 0
    assert told["overlaps"][MODEL]["gaps"]["overlap"]["songs"] == 10
    assert [one["file"] for one in told["songs"]] == [f"{n}.mid" for n in range(10)]
    assert told["songs"][0]["style"][TRUTH]["hits_per_bar"] > 10
    assert not {"drums", "kit", "other_ideas"} & set(told["songs"][0])
    assert told["songs"][0]["keepers"][MODEL]["right"] == 1 and told["judged"] == {}
    assert told["strokes"]["kick"] == told["strokes"]["kick"] | {"ratio": 1, "near": True}
    assert told["returns"][TRUTH] == told["returns"][MODEL]


def test_ideas_are_summed_up_with_how_alike_they_are():
    own = song(bars=16)
    result = result_of(own, [], ideas=[own.hits(), own.hits()])
    row = summarise([result, result]).ideas
    assert (row["count"].mean, row["first"].mean, row["best"].mean) == (3, 0, 1)
    assert row["alike"].mean == pytest.approx(1 / 3)
    assert result.other_ideas[0].roll().sum() == result.kit[TRUTH].roll().sum()


def test_a_judge_is_asked_what_he_can_tell(perfect):
    pytest.importorskip("sklearn")
    judged = summarise(perfect, judge=True).judged
    assert judged[STRUCK].auc.mean == judged[KIT].auc.mean == pytest.approx(0.5)
    assert judged[ROCK_STRUCK].auc.mean == 1
    assert judged[TOUCH] is None  # no human played these
