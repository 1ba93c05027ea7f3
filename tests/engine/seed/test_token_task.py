"""The original project's task: it learns, its padding is left out, and it resumes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.errors import ConfigError
from engine.recipe import Recipe, TrainSettings
from engine.seed.token_corpus import PAD, prepare_tokens, read_token_corpus
from engine.seed.token_model import TokenSeq2Seq, TokenSettings
from engine.seed.token_task import TokenTask
from engine.tasks import open_task
from engine.training.checkpoint import LAST, LOG
from engine.training.distributed import Share
from engine.training.train import train

SMALL = {"embedding": 8, "hidden": 16}
NOTES = ["C2", "D2", "E2", "F2", "G2", "A2"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokens")
    songs = [
        {
            "input": [NOTES[(n + k) % 6] for k in range(1 + n % 5)],
            "target": [NOTES[(n + 2 * k) % 6] for k in range(1 + n % 7)],
        }
        for n in range(40)
    ]
    text = "".join(json.dumps(song) + "\n" for song in songs)
    (folder / "pairs.jsonl").write_text(text)
    prepare_tokens([folder / "pairs.jsonl"], folder / "corpus")
    return folder / "corpus"


def recipe(epochs: int = 3, *, data: dict[str, object] | None = None) -> Recipe:
    settings = TrainSettings(
        epochs=epochs, batch=8, rate=1e-2, warmup_steps=2, threads=1, save_every_s=0.0
    )
    return Recipe(task="tokens", model={**SMALL}, data=data or {}, train=settings)


def token_task(corpus: Path, **data: object) -> TokenTask:
    return TokenTask(recipe(data=data), read_token_corpus(corpus))


def test_the_losses_of_all_shares_of_a_batch_add_up_to_the_whole(corpus: Path) -> None:
    task = token_task(corpus, teacher_forcing=1.0)
    task.model.eval()  # no dropout
    for ranks in (2, 3, 50):  # of the batches of 8
        whole, count = task.loss(0, 1)
        parts = [task.loss(0, 1, Share(rank, ranks)) for rank in range(ranks)]
        assert {windows for _, windows in parts} == {count}
        assert sum(loss.item() for loss, _ in parts) == pytest.approx(whole.item(), rel=1e-5)


def test_the_loss_falls_and_train_and_held_out_scores_are_logged(
    corpus: Path, tmp_path: Path
) -> None:
    train(open_task(recipe(12), corpus), recipe(12), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert lines[0]["loss"] == pytest.approx(math.log(10), abs=0.3)
    assert lines[-1]["valid_train"] < lines[0]["valid_train"] - 0.2
    assert {"loss", "valid_train", "valid_score"} <= set(lines[-1])


def test_stopped_and_resumed_ends_with_the_same_weights(corpus: Path, tmp_path: Path) -> None:
    train(open_task(recipe(), corpus), recipe(), tmp_path / "whole")
    stops = iter([False, True])
    train(
        open_task(recipe(), corpus), recipe(), tmp_path / "cut", stopped=lambda: next(stops, True)
    )
    train(open_task(recipe(), corpus), recipe(), tmp_path / "cut", resume=True)
    assert (tmp_path / "whole" / LAST).read_bytes() == (tmp_path / "cut" / LAST).read_bytes()


def test_padding_of_an_input_changes_no_answer() -> None:
    model = TokenSeq2Seq(10, TokenSettings(**SMALL)).eval()
    taught = torch.ones(3, dtype=torch.bool)
    alone = model(torch.tensor([[5, 6]]), torch.tensor([2]), torch.tensor([[1, 7, 8]]), taught)
    padded = torch.tensor([[5, 6, PAD, PAD], [5, 6, 7, 8]])
    both = model(padded, torch.tensor([2, 4]), torch.tensor([[1, 7, 8], [1, 5, 5]]), taught)
    assert torch.allclose(both[0], alone[0], atol=1e-6)


def test_padding_of_a_target_is_left_out_of_the_loss(corpus: Path) -> None:
    scores = []
    for batch in (1, 8):
        train_settings = replace(recipe().train, batch=batch)
        task = TokenTask(replace(recipe(), train=train_settings), read_token_corpus(corpus))
        task.model.eval()
        with torch.no_grad():
            scores.append(task.validate())
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_without_teaching_the_decoder_hears_its_own_answers() -> None:
    model = TokenSeq2Seq(10, TokenSettings(**SMALL)).eval()
    ids, lengths = torch.tensor([[5, 6]]), torch.tensor([2])
    untaught = torch.zeros(4, dtype=torch.bool)
    one = model(ids, lengths, torch.tensor([[1, 7, 8, 9]]), untaught)
    other = model(ids, lengths, torch.tensor([[1, 4, 5, 6]]), untaught)
    assert torch.equal(one, other)
    said = one.argmax(-1)[0]
    known = torch.cat([torch.tensor([1]), said[:-1]])[None]
    assert torch.allclose(model(ids, lengths, known, ~untaught), one, atol=1e-6)


def test_a_batch_is_a_matter_of_epoch_and_step_alone(corpus: Path) -> None:
    fresh, used = token_task(corpus), token_task(corpus)
    used.loss(0, 0)
    losses = []
    for task in (fresh, used):
        torch.manual_seed(7)
        losses.append(task.loss(3, 2)[0].item())
    assert losses[0] == losses[1]


def test_pairs_held_out_are_not_learnt_from_unless_asked_for(corpus: Path) -> None:
    held_out = sum(read_token_corpus(corpus).valid)
    learnt = sum(token_task(corpus).loss(0, step)[1] for step in range(token_task(corpus).steps()))
    everything = token_task(corpus, hold_out=False)
    assert held_out > 0
    assert learnt == 40 - held_out
    assert sum(everything.loss(0, step)[1] for step in range(everything.steps())) == 40


def test_an_unknown_setting_is_refused(corpus: Path) -> None:
    with pytest.raises(ConfigError, match="teacher"):
        token_task(corpus, teacher=0.5)
