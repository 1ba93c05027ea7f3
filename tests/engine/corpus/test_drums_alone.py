"""Songs of drums alone: teachers of touch, and of nothing else."""

from pathlib import Path

import numpy as np
import pytest

from engine.corpus.clean import Unfit
from engine.corpus.pairs import song_pairs
from engine.corpus.prepare import prepare_songs
from engine.corpus.store import Corpus, drums_alone, read_corpus
from engine.errors import CorpusError
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.songs import songs_of
from engine.midi.read import parse_song
from engine.recipe import Recipe
from engine.training.bar_table import BarTable
from engine.training.data_prep import DrumPairs
from engine.training.drum_task import DrumTask
from engine.training.sampling import DataSettings, PairDraw
from tests.support.midi_files import band, solo, write

WINDOWS = 64
SETTINGS = DataSettings(epoch_windows=WINDOWS, touch_share=0.25, valid_windows=32)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Five bands, whose drums lie on the grid, and three drummers alone; one of each held out."""
    songs = {f"band{n}": band(30, pitch=45 + n) for n in range(5)}
    songs |= {f"solo{n}": solo(seed=n) for n in range(3)}
    folder = write(tmp_path_factory.mktemp("songs") / "music", **songs)
    splits = [f"{name}.mid,{'valid' if name[-1] == '0' else 'train'},1" for name in songs]
    (folder / "manifest.csv").write_text("\n".join(["file,split,strict", *splits]), "utf-8")
    prepare_songs([folder], folder.parent / "corpus", jobs=1)
    return read_corpus(folder.parent / "corpus")


def alone(corpus: Corpus, pairs: np.ndarray) -> np.ndarray:
    tensors = corpus.tensors
    return drums_alone(tensors)[tensors["bar_song"][tensors["pair_bar"][pairs]]]


def test_a_drummer_alone_gives_pairs_beside_silence() -> None:
    pairs = song_pairs(parse_song(solo(8)))
    assert [len(part) for part in pairs.parts] == [0]
    assert pairs.pair_bar.tolist() == list(range(7))
    assert not pairs.strict


@pytest.mark.parametrize("song", [solo(late_ms=0.0), solo(late_ms=1.0)])
def test_a_machine_alone_teaches_no_touch(song: bytes) -> None:
    with pytest.raises(Unfit, match="drums alone, and not a human's"):
        song_pairs(parse_song(song))


def test_micro_timing_is_learnt_from_the_humans_alone(corpus: Corpus) -> None:
    table = BarTable(corpus.tensors)
    assert (table.has_timing == table.is_alone).all()
    assert table.is_alone.sum() == 3 and table.has_dynamics.all()


def test_drums_alone_teach_touch_and_bands_what_to_strike(corpus: Corpus) -> None:
    data = DrumPairs(corpus, "train", SETTINGS, 1)
    for step, pairs in enumerate(data.draw.order(0, 16)):
        batch, touch = data.training_batch(pairs, 0, step), alone(corpus, pairs)
        assert ((batch.voices < 0).all(1).numpy() == touch).all()
        assert ((batch.voices >= 0).all(1).numpy() == ~touch).all()
        assert ((batch.offset >= 0).any(2).any(1).numpy() == touch).all()
        assert (batch.velocity >= 0).any(2).any(1).all()
        assert (batch.guitar.count.numpy()[touch] == 0).all()


@pytest.mark.parametrize("share", [0.0, 0.25, 0.4])
def test_they_are_the_share_of_the_windows_that_is_asked_for(corpus: Corpus, share: float) -> None:
    settings = DataSettings(epoch_windows=WINDOWS, touch_share=share)
    pairs = np.concatenate(PairDraw(corpus, "train", settings, 1).order(0, 16))
    assert len(pairs) == WINDOWS
    assert alone(corpus, pairs).sum() == round(share * WINDOWS)


def test_no_batch_is_touch_alone(corpus: Corpus) -> None:
    batches = PairDraw(corpus, "train", SETTINGS, 1).order(0, 16)
    assert all(alone(corpus, pairs).mean() < 1 for pairs in batches)


def test_a_corpus_without_them_is_drawn_from_as_if_there_were_no_share(tmp_path: Path) -> None:
    folder = write(tmp_path / "music", **{f"band{n}": band(30, pitch=45 + n) for n in range(12)})
    prepare_songs([folder], tmp_path / "corpus", jobs=1)
    bands = read_corpus(tmp_path / "corpus")
    drawn = [
        np.concatenate(PairDraw(bands, "train", settings, 1).order(0, 16)).tolist()
        for settings in (SETTINGS, DataSettings(epoch_windows=WINDOWS, touch_share=0.0))
    ]
    assert drawn[0] == drawn[1] and len(drawn[0]) == WINDOWS


def test_a_batch_of_nothing_else_has_a_loss(corpus: Corpus) -> None:
    data = {"epoch_windows": WINDOWS, "touch_share": 1.0, "valid_windows": 16}
    loss, count = DrumTask(Recipe(data=data), corpus).loss(0, 0)
    assert np.isfinite(loss.item()) and loss.item() > 0 and count > 0


def test_they_are_neither_validated_on_nor_measured_nor_a_baseline(corpus: Corpus) -> None:
    fixed = PairDraw(corpus, "valid", SETTINGS, 1).fixed(1000, 16)
    assert not alone(corpus, np.concatenate(fixed)).any()
    assert [song.file for song in songs_of(corpus)] == ["band0.mid"]
    songs = np.unique(corpus.tensors["bar_song"][TrainingBars(corpus).bars])
    assert not drums_alone(corpus.tensors)[songs].any() and len(songs) == 4


@pytest.mark.parametrize(("share", "songs"), [(0.1, 6), (0.0, 4)])
def test_they_are_named_among_the_songs_learnt_from_where_they_are(
    corpus: Corpus, share: float, songs: int
) -> None:
    task = DrumTask(Recipe(data={"touch_share": share}), corpus)
    assert sum(entry["songs"] for entry in task.about["trained_on"]) == songs


def test_drums_alone_do_not_make_a_corpus_to_train_on(tmp_path: Path) -> None:
    folder = write(tmp_path / "music", **{f"solo{n}": solo(seed=n) for n in range(3)})
    prepare_songs([folder], tmp_path / "corpus", jobs=1)
    with pytest.raises(CorpusError, match="no train pairs with guitar"):
        PairDraw(read_corpus(tmp_path / "corpus"), "train", SETTINGS, 1)
