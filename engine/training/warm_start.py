"""What a run begins from where it does not begin anew: weights of another run or of a bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import BundleError, CheckpointError, needs
from engine.inference.bundle import ABOUT, Bundle, open_bundle
from engine.training.checkpoint import BEST, LOG, load_checkpoint
from engine.training.cost import cost_of

_GRAPH = "network."  # what `engine.training.export` puts before the names of weights


@dataclass(frozen=True, slots=True)
class Start:
    """Weights to begin with."""

    place: Path
    weights: Mapping[str, Tensor]
    about: Mapping[str, Any]  # `task`, and what else the task tells of itself
    record: Mapping[str, Any]  # what the new run keeps: name, checksum, steps, songs


def load_start(place: Path) -> Start:
    """The weights of a run's folder (its best), a checkpoint file or a bundle.

    Raises CheckpointError or BundleError where there are none.
    """
    if (place / ABOUT).exists():
        return _of_bundle(open_bundle(place))
    path = place / BEST if place.is_dir() else place
    found = load_checkpoint(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = place.resolve().name if place.is_dir() else f"{path.resolve().parent.name}/{path.name}"
    record = _record(name, digest, found.step, found.about)
    if found.about.get("task") == "drums":
        record["training"] = cost_of(path.parent / LOG, found)
    return Start(place, found.weights, found.about, record)


def take_up(start: Start, model: nn.Module, about: Mapping[str, Any]) -> None:
    """Puts the weights into the model of a task that tells `about` of itself.

    Raises CheckpointError where they are of another task, vocabulary or shape.
    """
    for key in ("task", "vocabulary"):
        if start.about.get(key) != about.get(key):
            raise CheckpointError(
                f"{start.place} learnt another {key} than this recipe asks for; begin from another"
                " run, or without --from"
            )
    own = model.state_dict()
    misfits = sorted(
        name
        for name in own.keys() | start.weights.keys()
        if name not in own
        or name not in start.weights
        or own[name].shape != start.weights[name].shape
    )
    if misfits:
        raise CheckpointError(
            f"{start.place} has weights of another shape ({', '.join(misfits[:3])}"
            f"{', ...' if len(misfits) > 3 else ''}); give the recipe the [model] that it was"
            " trained with"
        )
    model.load_state_dict(dict(start.weights))


def _of_bundle(bundle: Bundle) -> Start:
    """The weights that a bundle's graphs hold under the names of the network."""
    with needs("train", "beginning from a bundle"):
        import onnx
        from onnx import numpy_helper

    weights, digest = dict[str, Tensor](), hashlib.sha256()
    for path in (bundle.listen, bundle.play):
        data = path.read_bytes()
        digest.update(data)
        for tensor in onnx.load_from_string(data).graph.initializer:
            name = tensor.name.removeprefix(_GRAPH)
            weights[name] = torch.from_numpy(numpy_helper.to_array(tensor).copy())
    if any(name.startswith("onnx::") for name in weights):
        raise BundleError(
            f"{bundle.folder} was exported by a drumd that did not keep the weights to go on from;"
            " begin from the run that it was made of, or export that again"
        )
    name = bundle.folder.resolve().name
    about = {"task": "drums"}
    record = _record(name, digest.hexdigest(), bundle.about["steps"], bundle.about)
    return Start(bundle.folder, weights, about, record)


def _record(name: str, digest: str, steps: int, about: Mapping[str, Any]) -> dict[str, Any]:
    told = ("trained_on", "training", "begun_from")
    kept = {key: about[key] for key in told if key in about}
    return {"name": name, "sha256": digest, "steps": steps, **kept}
