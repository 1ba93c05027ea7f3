"""A batch tells the groove of the song, the place in it, and the bars before."""

import numpy as np
import pytest

from engine.encoding.features import (
    AGO,
    CONDITIONS,
    GRID_CHANNELS,
    HISTORY,
    HISTORY_BARS,
    HITS,
    PLACES,
    places,
)
from engine.music.kit import VOICES
from engine.training.bar_table import BarTable
from engine.training.data_prep import DrumPairs
from engine.training.sampling import DataSettings
from engine.training.song_grooves import find_grooves
from tests.support.songs import BARS, load_small

STEPS = 24


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return load_small(tmp_path_factory.mktemp("songs"))


@pytest.fixture(scope="module")
def table(corpus):
    return BarTable(dict(corpus.tensors))


def pairs_of(corpus, **settings):
    return DrumPairs(corpus, "train", DataSettings(epoch_windows=32, **settings), 1)


def some(corpus, pairs):
    """The pairs of a batch, and the first bar of each."""
    chosen = pairs.draw.fixed(12, 12)[0]
    return chosen, corpus.tensors["pair_bar"][chosen].astype(np.int64)


def test_a_batch_tells_the_groove_of_its_song(corpus, table):
    pairs = pairs_of(corpus)
    chosen, bars = some(corpus, pairs)
    batch = pairs.batch(chosen, np.full(len(chosen), np.inf))
    assert batch.groove.shape == (len(chosen), 2 * STEPS, HITS)
    whole = find_grooves(table).whole[bars]
    grid = table.drums(np.stack([whole, whole], 1), table.song[bars], STEPS)
    assert (batch.groove.numpy() == grid.reshape(len(bars), 2 * STEPS, HITS)).all()


def test_a_batch_tells_where_in_the_song_it_lies_and_the_bars_ago(corpus, table):
    pairs = pairs_of(corpus)
    chosen, bars = some(corpus, pairs)
    batch = pairs.batch(chosen, np.full(len(chosen), np.inf))
    assert batch.conditions.shape == (len(chosen), 2 * STEPS, CONDITIONS)
    told = batch.conditions[:, ::STEPS, -PLACES:].numpy()
    number = (bars - table.first[table.song[bars]])[:, None] + np.arange(2)
    assert np.allclose(told, places(number, BARS - 1 - number))
    history = batch.history.numpy().reshape(len(bars), 2 * STEPS, len(AGO), VOICES, GRID_CHANNELS)
    for place, ago in enumerate(AGO):
        wanted = table.drums((bars - ago)[:, None], table.song[bars], STEPS)[:, 0]
        assert (history[:, :STEPS, place] == wanted).all()
    assert batch.history.shape[2] == HISTORY and max(AGO) == HISTORY_BARS


def test_what_is_not_to_be_told_is_not(corpus):
    nothing = {"groove_whole": 0.0, "groove_two": 0.0, "groove_around": 0.0}
    pairs = pairs_of(corpus, place_since=0.0, place_left=0.0, forget_history=1.0, **nothing)
    batch = pairs.training_batch(pairs.draw.order(0, 16)[0], 0, 0)
    assert not batch.groove.any() and not batch.history.any()
    assert not batch.conditions[..., -PLACES:].any()


def test_of_phrase_and_song_each_is_told_by_itself(corpus):
    pairs = pairs_of(corpus, place_since=1.0, place_left=0.0)
    told = pairs.training_batch(pairs.draw.order(0, 16)[0], 0, 0).conditions[..., -PLACES:]
    assert (told[..., 0] == 1).all() and not told[..., 6:].any()


def test_a_training_batch_depends_on_seed_epoch_and_step_alone(corpus):
    chosen = pairs_of(corpus).draw.order(0, 16)[0]
    first, again = (pairs_of(corpus).training_batch(chosen, 0, 3) for _ in range(2))
    other = pairs_of(corpus).training_batch(chosen, 0, 4)
    assert (first.groove == again.groove).all() and (first.conditions == again.conditions).all()
    assert (first.groove != other.groove).any()


def test_some_of_a_batch_keep_their_grooves(corpus):
    pairs = pairs_of(corpus)
    batch = pairs.training_batch(pairs.draw.order(0, 16)[0], 0, 0)
    part = batch.rows(slice(2, 5))
    assert len(part) == 3 and (part.groove == batch.groove[2:5]).all()
