"""A finished run to a bundle: the best checkpoint as two ONNX graphs and `bundle.json`."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.encoding.features import CONDITIONS, NOTE_VALUES
from engine.errors import BundleError
from engine.inference.bundle import (
    ABOUT,
    FORMAT,
    LISTEN,
    PLAY,
    VERSION,
    Playing,
    describe_file,
    vocabulary,
)
from engine.models.networks import Network, build_network
from engine.models.seq_model import HISTORY, HITS, Guitar, Memory, Seq2Seq
from engine.models.transformer import StepMemory, Transformer
from engine.training.checkpoint import BEST, LOG, Checkpoint, load_checkpoint
from engine.training.cost import cost_of
from engine.training.run import BEGUN_FROM

OPSET = 18
ANSWERS = ("voices", "velocity", "offset")
ARCHITECTURE: dict[type, str] = {Seq2Seq: "lstm-seq2seq", Transformer: "transformer"}
# what `encode` hands over, as the graphs call it (`likely`: the voices' marginals)
MEMORY: dict[type, list[str]] = {
    Seq2Seq: ["context", "keys", "notes", "padding", "state", "likely"],
    Transformer: ["context", "likely"],
}


class ListenGraph(nn.Module):
    """`encode` of a network with plain tensors in and out; b, n and t are free."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        pitch: Tensor,
        values: Tensor,
        step: Tensor,
        count: Tensor,
        history: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> tuple[Tensor, ...]:
        guitar = Guitar(pitch, values, step, count)
        memory = self.network.encode(guitar, history, conditions, bar_steps)
        return tuple(getattr(memory, item.name) for item in fields(memory))


class LstmStep(nn.Module):
    """One step of the LSTM's decoder with plain tensors in and out."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.decoder = model.decoder

    def forward(
        self,
        context: Tensor,
        keys: Tensor,
        notes: Tensor,
        padding: Tensor,
        previous: Tensor,
        history: Tensor,
        hidden: Tensor,
        cell: Tensor,
    ) -> tuple[Tensor, ...]:
        memory = Memory(context, keys, notes, padding, hidden[0], context[..., :0])
        logits, (hidden, cell) = self.decoder(memory, previous, history, (hidden, cell))
        return logits.voices, logits.velocity, logits.offset, hidden, cell


class TransformerStep(nn.Module):
    """One step of the transformer's decoder with plain tensors in and out."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.decoder = model.decoder

    def forward(
        self, context: Tensor, previous: Tensor, history: Tensor, *seen: Tensor
    ) -> tuple[Tensor, ...]:
        memory = StepMemory(context, context[..., :0])
        logits, seen_next = self.decoder.step(memory, previous, history, seen)
        return logits.voices, logits.velocity, logits.offset, *seen_next


def export(run: Path, bundle: Path, playing: Playing | None = None) -> Path:
    """Writes the bundle of a run's best checkpoint; a bundle that stood there is replaced.

    Raises CheckpointError for a run that cannot be read, BundleError where none can be written.
    """
    checkpoint = load_checkpoint(run / BEST)
    network = restore_network(checkpoint)
    if bundle.exists() and any(bundle.iterdir()) and not (bundle / ABOUT).exists():
        raise BundleError(f"{bundle} holds other things; name an empty folder for the bundle")
    bundle.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundle.parent, prefix=".bundle-") as room:
        folder = Path(room) / "bundle"
        folder.mkdir()
        _write_listen(network, folder / LISTEN)
        _write_play(network, folder / PLAY)
        about = _about(checkpoint, network, folder, playing or Playing())
        about["training"] = cost_of(run / LOG, checkpoint)
        (folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
        if bundle.exists():
            shutil.rmtree(bundle)
        folder.replace(bundle)
    return bundle


def restore_network(checkpoint: Checkpoint) -> Network:
    """The network of a checkpoint, ready to play."""
    if checkpoint.about.get("task") != "drums":
        raise BundleError("only a run of task 'drums' makes a bundle; this one learnt another task")
    network = build_network(checkpoint.recipe["model"])
    network.load_state_dict(checkpoint.weights)
    return network.eval()


def _write_listen(network: Network, path: Path) -> None:
    rows, notes, steps = 2, 5, 24
    example = (
        torch.arange(notes).repeat(rows, 1),
        torch.rand(rows, notes, NOTE_VALUES),
        torch.arange(notes).repeat(rows, 1),
        torch.tensor([notes] * rows),
        torch.rand(rows, steps, HISTORY),
        torch.rand(rows, 2 * steps, CONDITIONS),
        torch.tensor(steps),
    )
    inputs = ["pitch", "values", "step", "count", "history", "conditions", "bar_steps"]
    outputs = MEMORY[type(network)]
    free = {"pitch": "notes", "values": "notes", "step": "notes", "history": "bar"}
    free |= {"conditions": "steps", "context": "steps", "likely": "steps"}
    free |= {"keys": "notes", "notes": "notes", "padding": "notes"}
    names = [*inputs[:-1], *outputs]
    axes = {name: {0: "rows"} | ({1: free[name]} if name in free else {}) for name in names}
    _write(ListenGraph(network), example, path, inputs, outputs, axes)


def _write_play(network: Network, path: Path) -> None:
    if isinstance(network, Transformer):
        _write_transformer_step(network, path)
    else:
        _write_lstm_step(network, path)


def _write_lstm_step(model: Seq2Seq, path: Path) -> None:
    settings, rows, notes = model.settings, 2, 5
    size = settings.decoder_size
    example = (
        torch.rand(rows, 1, size),
        torch.rand(rows, notes, settings.attention_size),
        torch.rand(rows, notes, 2 * settings.encoder_size),
        torch.zeros(rows, notes),
        torch.rand(rows, 1, HITS),
        torch.rand(rows, 1, HISTORY),
        torch.rand(1, rows, size),
        torch.rand(1, rows, size),
    )
    inputs = ["context", "keys", "notes", "padding", "previous", "history", "hidden", "cell"]
    outputs = [*ANSWERS, "hidden_next", "cell_next"]
    axes = {name: {0: "rows", 1: "notes"} for name in ("keys", "notes", "padding")}
    axes |= {name: {0: "rows"} for name in ("context", "previous", "history", *ANSWERS)}
    axes |= {name: {1: "rows"} for name in ("hidden", "cell", "hidden_next", "cell_next")}
    _write(LstmStep(model), example, path, inputs, outputs, axes)


def _write_transformer_step(model: Transformer, path: Path) -> None:
    settings, rows, played = model.settings, 2, 3
    width = settings.size // settings.heads
    seen = [f"seen{layer}" for layer in range(settings.decoder_layers)]
    seen_next = [f"{name}_next" for name in seen]
    example = (
        torch.rand(rows, 1, settings.size),
        torch.rand(rows, 1, HITS),
        torch.rand(rows, 1, HISTORY),
        *(torch.rand(rows, settings.heads, played, 2 * width) for _ in seen),
    )
    inputs = ["context", "previous", "history"]
    axes = {name: {0: "rows"} for name in (*inputs, *ANSWERS)}
    axes |= {name: {0: "rows", 2: "played"} for name in seen}
    axes |= {name: {0: "rows", 2: "played_next"} for name in seen_next}
    _write(TransformerStep(model), example, path, [*inputs, *seen], [*ANSWERS, *seen_next], axes)


def _write(
    graph: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter tells of its own retirement
        torch.onnx.export(
            graph.eval(),
            example,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
            do_constant_folding=False,  # onnxruntime does; so the weights keep their names
        )


def _about(
    checkpoint: Checkpoint, network: Network, folder: Path, playing: Playing
) -> dict[str, Any]:
    begun = checkpoint.about.get(BEGUN_FROM)
    return {
        "format": FORMAT,
        "version": VERSION,
        "architecture": ARCHITECTURE[type(network)],
        "settings": asdict(network.settings),
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "vocabulary": vocabulary(),
        "playing": asdict(playing),
        "recipe": checkpoint.recipe,
        "steps": checkpoint.step,
        "bits_per_bar": round(checkpoint.best, 4),
        "trained_on": checkpoint.about["trained_on"],
        **({} if begun is None else {BEGUN_FROM: begun}),
        "files": {name: describe_file(folder / name) for name in (LISTEN, PLAY)},
    }
