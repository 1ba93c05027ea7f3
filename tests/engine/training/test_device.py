"""A network may be trained on a GPU; a CPU stands in for one here."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor
from torch.fx.experimental import _config as meta_config

from engine.errors import ConfigError
from engine.recipe import Recipe, TrainSettings
from engine.tasks import open_task
from engine.training import device
from engine.training.device import device_of, find_device, to_device
from tests.support.songs import small_corpus

META = torch.device("meta")  # knows shapes and places alone, and mixes with no other device
MODELS = {
    "attention": {"encoder_size": 8, "decoder_size": 16, "attention_size": 8},
    "plain": {"encoder_size": 8, "decoder_size": 16, "attention": False},
    "transformer": {"kind": "transformer", "size": 16, "note_size": 8},
}


@dataclass(frozen=True, slots=True)
class Inner:
    values: Tensor


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    count: Tensor
    name: str


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return small_corpus(tmp_path_factory.mktemp("songs"))


def test_all_tensors_of_a_batch_are_moved_and_the_rest_is_kept():
    batch = Outer(Inner(torch.ones(2, 3)), torch.tensor(4), "drums")
    moved = to_device(batch, META)
    assert (moved.inner.values.device, moved.count.device) == (META, META)
    assert moved.inner.values.shape == (2, 3) and moved.name == "drums"
    assert to_device(batch, torch.device("cpu")).inner.values is batch.inner.values


@pytest.mark.parametrize("model", MODELS)
def test_loss_and_gradients_are_computed_where_the_network_is(corpus, model):
    recipe = Recipe(model=MODELS[model], data={"own_strokes": 0.5}, train=TrainSettings(batch=8))
    task = open_task(recipe, corpus)
    made = task.batch(0, 0)
    task.model.to(META)
    # the one number that the network asks for, which such a device does not know
    batch = replace(to_device(made, device_of(task.model)), bar_steps=made.bar_steps)
    with meta_config.patch(meta_nonzero_assume_all_nonzero=True):
        loss = task.loss_of(batch)
    loss.backward()
    assert loss.device == META
    gradients = [weight.grad for weight in task.model.parameters()]
    assert {each.device for each in gradients if each is not None} == {META}


@pytest.mark.parametrize(
    ("there", "name", "found"),
    [
        ((), "auto", "cpu"),
        (("mps",), "auto", "mps"),
        (("cuda", "mps"), "auto", "cuda"),
        (("cuda",), "cpu", "cpu"),
        (("cuda",), "cuda", "cuda"),
    ],
)
def test_the_best_device_that_is_there_is_taken_unless_another_is_named(
    there, name, found, monkeypatch
):
    gpus = {gpu: lambda gpu=gpu: gpu in there for gpu in ("cuda", "mps")}
    monkeypatch.setattr(device, "GPUS", gpus)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert find_device(name).type == found


def test_each_process_of_torchrun_has_a_gpu_of_its_own_as_far_as_there_are(monkeypatch):
    monkeypatch.setattr(device, "GPUS", {"cuda": lambda: True})
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    found = []
    for rank in ("0", "1", "2"):
        monkeypatch.setenv("LOCAL_RANK", rank)
        found.append(find_device("auto").index)
    assert found == [0, 1, 0]


def test_a_device_that_is_not_there_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setattr(device, "GPUS", {"cuda": lambda: False, "mps": lambda: False})
    with pytest.raises(ConfigError, match="finds no cuda device here; leave out --device"):
        find_device("cuda")
    with pytest.raises(ConfigError, match="no device 'tpu'; name auto, cpu, cuda or mps"):
        find_device("tpu")
