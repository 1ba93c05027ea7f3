"""Training in several processes ends where one process does."""

import json
import signal
import subprocess
import sys
import time

import pytest
import torch

from engine.recipe import Recipe, TrainSettings
from engine.tasks import open_task
from engine.training.checkpoint import LAST, LOG, load_checkpoint
from engine.training.distributed import Share
from engine.training.train import train
from tests.support.songs import small_corpus

MODELS = {
    "lstm": {"encoder_size": 8, "decoder_size": 16, "dropout": 0.0},
    "transformer": {"kind": "transformer", "size": 16, "note_size": 8, "dropout": 0.0},
}
DATA = {"epoch_windows": 81, "valid_windows": 32}  # in batches of 16, so one window is left over


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return small_corpus(tmp_path_factory.mktemp("songs"))


def recipe(model, epochs=3):
    settings = TrainSettings(epochs=epochs, batch=16, warmup_steps=2, threads=1, save_every_s=0.0)
    return Recipe(model=MODELS[model], data=DATA, train=settings)


def test_every_row_belongs_to_one_share():
    for rows in (1, 2, 5, 8):
        shares = [Share(rank, 3).of(rows) for rank in range(3)]
        mine = [row for rows_of, counted in shares for row in range(rows)[rows_of] if counted]
        assert sorted(mine) == list(range(rows))
        assert sum(counted for _, counted in shares) == min(rows, 3)
        assert all(len(range(rows)[rows_of]) for rows_of, _ in shares)


@pytest.mark.parametrize("model", MODELS)
def test_the_losses_and_gradients_of_all_shares_add_up_to_the_whole(corpus, model):
    task = open_task(recipe(model), corpus)
    for step in range(task.steps()):
        whole, count = task.loss(0, step)
        wanted = gradients(task.model, whole)
        parts = [task.loss(0, step, Share(rank, 2)) for rank in range(2)]
        assert {windows for _, windows in parts} == {count}
        assert sum(loss.item() for loss, _ in parts) == pytest.approx(whole.item(), rel=1e-5)
        found = [gradients(task.model, loss) for loss, _ in parts]
        for name, gradient in wanted.items():
            assert torch.allclose(found[0][name] + found[1][name], gradient, atol=1e-5)


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.named_parameters()}


def test_two_processes_stopped_and_taken_up_again_end_where_one_does(corpus, tmp_path):
    alone = recipe("transformer")
    train(open_task(alone, corpus), alone, tmp_path / "alone")
    config, together = tmp_path / "recipe.toml", tmp_path / "together"
    config.write_text(toml(alone))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    command += ["2", "-m", "drumd", "train", "--config", str(config), "--data", str(corpus)]
    command += ["-o", str(together), "--json"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while not (together / LAST).exists():
        assert first.poll() is None
        time.sleep(0.005)
    first.send_signal(signal.SIGTERM)
    first.communicate()
    assert (
        0 < load_checkpoint(together / LAST).step < load_checkpoint(tmp_path / "alone" / LAST).step
    )
    done = subprocess.run([*command, "--resume"], check=True, capture_output=True, text=True)
    assert [json.loads(line)["finished"] for line in done.stdout.splitlines()] == [True]
    assert {path.name for path in together.iterdir()} == {
        path.name for path in (tmp_path / "alone").iterdir()
    }
    for one, both in zip(lines(tmp_path / "alone"), lines(together), strict=True):
        assert both["step"] == one["step"]
        assert both["loss"] == pytest.approx(one["loss"], rel=1e-3)
        assert both["valid_score"] == pytest.approx(one["valid_score"], rel=1e-3)


def lines(run):
    return [json.loads(line) for line in (run / LOG).read_text().splitlines()]


def toml(recipe):
    """A recipe as its file."""
    sections = {"train": recipe.to_dict()["train"], "model": recipe.model, "data": recipe.data}
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
        for name, section in sections.items()
    )
