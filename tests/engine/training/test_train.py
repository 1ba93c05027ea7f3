"""The training loop: it learns, it stops cleanly, and it can be killed."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from engine.errors import CheckpointError, ConfigError, CorpusError, TrainingError
from engine.recipe import Recipe, TrainSettings
from engine.tasks import open_task
from engine.training.checkpoint import BEST, LAST, LOG, load_checkpoint, write_whole
from engine.training.distributed import Share
from engine.training.train import rate_at, train
from engine.training.warm_start import load_start
from tests.support.songs import small_corpus

SMALL = {"encoder_size": 8, "decoder_size": 16, "aligned_size": 8, "attention_size": 8}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return small_corpus(tmp_path_factory.mktemp("songs"))


def recipe(epochs=2, **train_settings):
    settings = TrainSettings(
        epochs=epochs, batch=16, warmup_steps=2, threads=1, save_every_s=0.0, **train_settings
    )
    return Recipe(model={**SMALL}, data={"epoch_windows": 64, "valid_windows": 32}, train=settings)


def weights(run):
    return load_checkpoint(run / LAST).weights


def test_the_loss_falls_and_is_logged_each_epoch(corpus, tmp_path):
    outcome = train(open_task(recipe(4), corpus), recipe(4), tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert outcome.finished
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4]
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert outcome.best == pytest.approx(min(line["valid_score"] for line in lines), abs=1e-4)


def test_the_best_checkpoint_says_what_it_is(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "run")
    best = load_checkpoint(tmp_path / "run" / BEST)
    assert best.recipe["seed"] == 1
    assert sum(source["songs"] for source in best.about["trained_on"]) == 9
    assert json.loads((tmp_path / "run" / "best.json").read_text())["step"] == best.step


def test_stopped_and_resumed_ends_with_the_same_weights(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "whole")
    stops = iter([False, False, True])
    first = train(
        open_task(recipe(), corpus), recipe(), tmp_path / "cut", stopped=lambda: next(stops)
    )
    assert not first.finished
    assert first.step == 3
    train(open_task(recipe(), corpus), recipe(), tmp_path / "cut", resume=True)
    same = weights(tmp_path / "whole")
    assert all(torch.equal(same[name], value) for name, value in weights(tmp_path / "cut").items())


def test_killed_at_any_moment_and_resumed_ends_with_the_same_weights(corpus, tmp_path):
    config = tmp_path / "small.toml"
    config.write_text(
        "[train]\nepochs = 3\nbatch = 16\nthreads = 1\nsave_every_s = 0.0\n[model]\n"
        + "".join(f"{key} = {value}\n" for key, value in SMALL.items())
        + "[data]\nepoch_windows = 64\nvalid_windows = 32\n"
    )
    command = [sys.executable, "-m", "drumd", "train", "--config", str(config), "--data"]
    command += [str(corpus), "-o"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    cut = tmp_path / "cut"
    process = subprocess.Popen([*command, str(cut)], stderr=subprocess.DEVNULL)
    while not (cut / LAST).exists():
        assert process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert load_checkpoint(cut / LAST).step < load_checkpoint(tmp_path / "whole" / LAST).step
    subprocess.run([*command, str(cut), "--resume"], check=True, capture_output=True)
    whole = weights(tmp_path / "whole")
    assert all(torch.equal(whole[name], value) for name, value in weights(cut).items())
    losses = [
        [json.loads(line)["loss"] for line in (run / LOG).read_text().splitlines()]
        for run in (cut, tmp_path / "whole")
    ]
    assert losses[0] == losses[1]


def test_a_run_is_not_begun_twice_in_one_folder(corpus, tmp_path):
    train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run")
    with pytest.raises(ConfigError, match="--resume"):
        train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run")


def test_a_run_is_resumed_with_its_own_recipe_only(corpus, tmp_path):
    train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run")
    other = recipe(1, rate=1e-4)
    with pytest.raises(CheckpointError, match="another recipe"):
        train(open_task(other, corpus), other, tmp_path / "run", resume=True)


def test_a_finished_run_goes_on_where_more_epochs_are_asked_for_and_not_fewer(corpus, tmp_path):
    train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run")
    outcome = train(open_task(recipe(2), corpus), recipe(2), tmp_path / "run", resume=True)
    assert outcome.finished and outcome.epoch == 2
    log = (tmp_path / "run" / LOG).read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2]
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["train"]["epochs"] == 2
    with pytest.raises(CheckpointError, match="more epochs"):
        train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run", resume=True)


def test_a_truncated_checkpoint_is_refused(corpus, tmp_path):
    train(open_task(recipe(1), corpus), recipe(1), tmp_path / "run")
    last = tmp_path / "run" / LAST
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="broken or no checkpoint"):
        load_checkpoint(last)


def test_a_full_disk_is_told_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / LAST
    write_whole(path, b"before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.storage.atomic.os.fsync", full)
    with pytest.raises(CheckpointError, match="the disk is full; make room and go on"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_corpus_of_another_version_is_refused(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "corpus.json").write_text('{"format": "drumd-corpus", "version": 99}')
    with pytest.raises(CorpusError, match="version 99"):
        open_task(recipe(), other)


def test_an_unknown_task_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="'drums' and 'tokens'"):
        open_task(Recipe(task="dance"), tmp_path)


def test_the_rate_warms_up_and_falls():
    settings = TrainSettings(rate=1.0, warmup_steps=10, final_rate=0.1)
    rates = [rate_at(step, 100, settings) for step in range(100)]
    assert rates[0] < rates[5] < rates[9]
    assert rates[20] > rates[60] > rates[99] >= 0.1


def test_a_run_begins_with_the_weights_of_another_and_says_so(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "first")
    begun, frozen = load_start(tmp_path / "first"), recipe(1, rate=0.0)
    train(open_task(frozen, corpus), frozen, tmp_path / "second", start=begun)
    first, second = (load_checkpoint(tmp_path / run / BEST) for run in ("first", "second"))
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)
    assert second.best == pytest.approx(first.best, abs=1e-4)
    record = second.about["begun_from"]
    assert (record["name"], record["steps"]) == ("first", first.step)
    assert record["trained_on"] == first.about["trained_on"]


def test_a_run_with_a_beginning_is_resumed_without_naming_it_again(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "first")
    begun = load_start(tmp_path / "first" / BEST)
    train(open_task(recipe(), corpus), recipe(), tmp_path / "whole", start=begun)
    for stop in (True, False):
        train(
            open_task(recipe(), corpus), recipe(), tmp_path / "cut", resume=not stop,
            start=begun if stop else None, stopped=lambda stop=stop: stop,
        )  # fmt: skip
    whole, cut = weights(tmp_path / "whole"), weights(tmp_path / "cut")
    assert all(torch.equal(whole[name], cut[name]) for name in whole)
    about = load_checkpoint(tmp_path / "cut" / LAST).about
    assert about["begun_from"]["name"] == "first/best.safetensors"


def test_a_run_killed_before_its_first_step_is_resumed_from_its_beginning(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "first")
    frozen, run = recipe(1, rate=0.0), tmp_path / "killed"
    task = open_task(frozen, corpus)
    task.loss = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        train(task, frozen, run, start=load_start(tmp_path / "first"))
    train(open_task(frozen, corpus), frozen, run, resume=True)
    first, second = load_checkpoint(tmp_path / "first" / BEST).weights, weights(run)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_weights_of_another_shape_or_task_are_refused(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "first")
    begun = load_start(tmp_path / "first")
    other = replace(recipe(), model={**SMALL, "decoder_size": 24})
    with pytest.raises(CheckpointError, match=r"weights of another shape \(context.bias, "):
        train(open_task(other, corpus), other, tmp_path / "second", start=begun)
    tokens = replace(begun, about={"task": "tokens"})
    with pytest.raises(CheckpointError, match="learnt another task"):
        train(open_task(recipe(), corpus), recipe(), tmp_path / "second", start=tokens)
    assert not (tmp_path / "second" / LAST).exists()


def test_a_folder_without_weights_is_no_beginning(tmp_path):
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_start(tmp_path)


def no_constants(name):
    """What `json` calls for the NaN and Infinity that are no JSON."""
    raise AssertionError(f"{name} is no JSON")


def spoil(task, step, value):
    """From the step on, every loss of the task is `value`, and so are its gradients."""
    loss = task.loss

    def spoilt(epoch, number, *share):
        found, count = loss(epoch, number, *share)
        return found * (1.0 if epoch * task.steps() + number < step else value), count

    task.loss = spoilt
    return task


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_the_run_and_the_last_good_checkpoint_stays(
    corpus, tmp_path, value
):
    whole = tmp_path / "whole"
    stops = iter([False] * 5 + [True])
    train(open_task(recipe(), corpus), recipe(), whole, stopped=lambda: next(stops))
    task = spoil(open_task(recipe(), corpus), 6, value)
    with pytest.raises(TrainingError, match=r"the loss is (nan|inf) after 6 steps.*lower"):
        train(task, recipe(), tmp_path / "run")
    assert load_checkpoint(tmp_path / "run" / LAST).step == 6
    same = weights(whole)
    assert all(torch.equal(same[name], value) for name, value in weights(tmp_path / "run").items())
    for path in tmp_path.rglob("*.json*"):
        for line in [path.read_text()] if path.suffix == ".json" else path.read_text().splitlines():
            json.loads(line, parse_constant=no_constants)


def test_gradients_that_are_no_numbers_stop_the_run_before_they_reach_the_weights(corpus, tmp_path):
    task = open_task(recipe(), corpus)
    next(iter(task.model.parameters())).register_hook(lambda grad: grad * math.nan)
    before = {name: value.clone() for name, value in task.model.state_dict().items()}
    with pytest.raises(TrainingError, match="gradient's norm is nan after 0 steps"):
        train(task, recipe(), tmp_path / "run")
    after = task.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not (tmp_path / "run" / LAST).exists()


def test_a_score_that_is_no_number_is_neither_logged_nor_saved(corpus, tmp_path):
    task = open_task(recipe(), corpus)
    task.validate = lambda: {"score": math.nan}
    with pytest.raises(TrainingError, match="the score is nan"):
        train(task, recipe(), tmp_path / "run")
    assert (tmp_path / "run" / LOG).read_text() == ""
    assert load_checkpoint(tmp_path / "run" / LAST).step == task.steps() - 1


def test_a_checkpoint_before_the_first_score_is_valid_json(corpus, tmp_path):
    train(open_task(recipe(), corpus), recipe(), tmp_path / "run", stopped=lambda: True)
    text = (tmp_path / "run" / "last.json").read_text()
    assert json.loads(text, parse_constant=no_constants)["best"] is None
    assert load_checkpoint(tmp_path / "run" / LAST).best == math.inf


class Alone(Share):
    """A share whose other processes say nothing."""

    def add_up(self, model, loss, stop):  # noqa: ARG002
        return loss, stop

    def told_by_first(self, value):
        return value

    def wait(self):
        """Nobody is waited for."""


def test_every_process_of_a_training_ends_where_the_score_is_no_number(corpus, tmp_path):
    class Told(Alone):
        def told_by_first(self, _value):
            return math.nan

    with pytest.raises(TrainingError, match="the score is nan"):
        train(open_task(recipe(), corpus), recipe(), tmp_path / "run", share=Told(1, 2))


def test_every_process_begins_each_epoch_with_a_new_tally(corpus, tmp_path):
    task, losses, told = open_task(recipe(), corpus), [], []
    loss = task.loss

    def noted(*arguments):
        losses.append(loss(*arguments))
        return losses[-1]

    task.loss = noted
    train(task, recipe(), tmp_path / "run", share=Alone(1, 2), report=told.append)
    steps = task.steps()
    assert told[steps].loss == pytest.approx(losses[steps][0].item())
    assert told[steps - 1].loss == pytest.approx(
        sum(each.item() * count for each, count in losses[:steps])
        / sum(count for _, count in losses[:steps])
    )
    assert not (tmp_path / "run").exists()
