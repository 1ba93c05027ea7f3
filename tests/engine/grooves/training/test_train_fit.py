"""The network that ranks the book: it learns, repeatably, and its graph answers as it does."""

import json
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch

from engine.errors import CorpusError
from engine.grooves.book import read_book
from engine.grooves.groove import WRITTEN
from engine.grooves.heard import FIT_INPUTS, SUMMARY
from engine.grooves.training.fit_data import HEARD_BARS, fit_parts, song_feels
from engine.grooves.training.fit_model import FitNetwork, FitSettings
from engine.grooves.training.train_fit import (
    ABOUT,
    BOOK,
    FIT,
    LOG,
    FitTask,
    GrooveSettings,
    make_grooves,
    write_fit,
)
from engine.grooves.training.written import written_grooves
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern
from engine.training.bar_table import BarTable
from tests.support.drummed import (
    HALF_TIME,
    RIDE,
    ROCK,
    SYNCOPATED,
    MadeSong,
    bars_of,
    corpus_of,
    strummed,
)

BARS = 18
TINY = GrooveSettings(seed=3, steps=6, batch=8, size=8, validate_every=4)
PLAYED = (  # a guitar, and the drums that go with it
    ((0, 1, 2, 3), ROCK),
    ((0, 0.75, 1.5, 2.5), SYNCOPATED),
    ((0, 2.5), HALF_TIME),
    ((0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), RIDE),
)


def made(bars=BARS):
    """Sixteen songs in four kinds of guitar and drums; a quarter of them is held out."""
    return corpus_of(
        [
            MadeSong(
                bars_of(*[drums] * bars),
                strummed(places, bars, pitch=40 + number),
                split="valid" if number == 3 else "train",
                bpm=90.0 + 10 * number,
                style="rock" if drums is ROCK else "",
            )
            for number in range(4)
            for places, drums in PLAYED
        ]
    )


@pytest.fixture(scope="module")
def corpus():
    return made()


@pytest.fixture(scope="module")
def folder(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grooves")
    make_grooves(corpus, folder, TINY)
    return folder


def test_a_book_a_network_a_log_and_an_account_are_written(folder):
    book = read_book(folder / BOOK).grooves
    shared = [groove for groove in book if groove.source == "shared"]
    assert len(shared) == len(PLAYED) and len(book) == len(shared) + len(written_grooves())
    about = json.loads((folder / ABOUT).read_text())
    assert about["sources"] == {"shared": 4, WRITTEN: len(written_grooves())}
    assert about["settings"]["seed"] == 3 and about["scores"]["step"] == 6
    steps = [json.loads(line)["step"] for line in (folder / LOG).read_text().splitlines()]
    assert steps == [4, 6]


def test_the_same_corpus_and_seed_make_the_same_bytes(corpus, folder, tmp_path):
    make_grooves(corpus, tmp_path, TINY)
    for name in (BOOK, FIT):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_another_seed_makes_another_network_of_the_same_grooves(corpus, folder, tmp_path):
    make_grooves(corpus, tmp_path, replace(TINY, seed=4, steps=2))
    assert read_book(tmp_path / BOOK).grooves == read_book(folder / BOOK).grooves
    assert (tmp_path / FIT).read_bytes() != (folder / FIT).read_bytes()


def test_what_the_guitar_plays_is_learnt_to_tell_the_groove(corpus, tmp_path):
    settings = replace(TINY, steps=120, size=16, batch=32, rate=1e-2, validate_every=120)
    scores = make_grooves(corpus, tmp_path, settings)["scores"]
    assert scores["first_64"] > 0.9 and scores["best_64"] > 0.95
    assert scores["first_64"] > scores["other_64"]


def test_a_corpus_whose_held_out_songs_are_too_short_to_measure_is_learnt_all_the_same(tmp_path):
    about = make_grooves(made(bars=10), tmp_path, replace(TINY, steps=2))
    assert (tmp_path / FIT).exists() and about["scores"] == {}


def test_a_corpus_without_a_guitar_is_refused_with_a_sentence(tmp_path):
    songs = [MadeSong(bars_of(*[ROCK] * 8)) for _ in range(3)]
    with pytest.raises(CorpusError, match="no guitar to learn grooves from; add songs"):
        make_grooves(corpus_of(songs), tmp_path, TINY)


@pytest.mark.parametrize("rows", [1, 3])
def test_onnxruntime_and_torch_answer_alike(tmp_path, rows):
    torch.manual_seed(rows)
    network = FitNetwork(5, FitSettings(size=8)).eval()
    network.mean.copy_(torch.rand(FIT_INPUTS))
    network.spread.copy_(0.5 + torch.rand(FIT_INPUTS))
    write_fit(network, tmp_path / "fit.onnx")
    heard = torch.rand(rows, FIT_INPUTS)
    with torch.no_grad():
        wanted = network(heard)
    session = onnxruntime.InferenceSession(str(tmp_path / "fit.onnx"))
    found = session.run(["chance", "hope"], {"summary": heard.numpy()})
    for there, here in zip(wanted, found, strict=True):
        assert here.shape == (rows, 5)
        assert np.abs(there.numpy() - here).max() < 1e-5


def test_the_book_tells_how_likely_each_groove_is_for_any_guitar(folder):
    prior = read_book(folder / BOOK).prior
    assert (prior > 0).all() and prior.sum() == pytest.approx(1, abs=1e-4)


def test_a_batch_depends_on_the_seed_and_its_number_alone(corpus):
    table = BarTable(dict(corpus.tensors))
    first, second = (FitTask(corpus, table, TINY) for _ in range(2))
    for task in (first, second):
        task.network.eval()
    first.loss(0)
    assert first.loss(5).item() == second.loss(5).item() != first.loss(6).item()


def test_parts_are_summed_up_after_some_of_their_bars(corpus):
    parts = fit_parts(corpus, BarTable(dict(corpus.tensors)), "train", 1)
    assert len(parts.song) == 12 and parts.guitar.all()
    assert parts.bars.tolist() == [BARS] * 12
    assert parts.summaries.shape == (12, len(HEARD_BARS), SUMMARY)


def test_of_what_could_be_said_of_a_song_some_is_told(corpus):
    parts = fit_parts(corpus, BarTable(dict(corpus.tensors)), "train", 1)
    rows = np.repeat(np.arange(len(parts.song)), 20)
    seen = parts.drawn(rows, np.random.default_rng(0))
    words, known = seen[:, SUMMARY:], parts.words[parts.song[rows]]
    said = words != 0
    assert (words[said] == known[said]).all() and 0.1 < said.sum() / (known != 0).sum() < 0.4
    assert not parts.untold(rows, 0)[:, SUMMARY:].any()
    assert (parts.untold(rows, 1)[:, :SUMMARY] == parts.summaries[rows, 1]).all()


def test_the_feel_of_a_song_is_that_of_its_drums():
    beats = [beat + late for beat in range(4) for late in (0, 2 / 3)]
    swung = Pattern.of([Hit(beat, PITCH_OF[Voice.RIDE]) for beat in beats], 4.0)
    corpus = corpus_of([MadeSong(bars_of(ROCK)), MadeSong((swung,) * 4)])
    assert song_feels(BarTable(dict(corpus.tensors))).tolist() == [0, 1]
