"""A finished run to a bundle: the best checkpoint as two ONNX graphs and `bundle.json`."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.bundle import (
    ABOUT,
    FORMAT,
    LISTEN,
    PLAY,
    VERSION,
    Playing,
    describe_file,
    vocabulary,
)
from engine.checkpoint import BEST, Checkpoint, load_checkpoint
from engine.errors import BundleError
from engine.features import CONDITIONS, NOTE_VALUES
from engine.recipe import read_section
from engine.seq_model import HISTORY, HITS, Guitar, Memory, ModelSettings, Seq2Seq
from engine.train import BEGUN_FROM

OPSET = 18


class ListenGraph(nn.Module):
    """`Seq2Seq.listen` with plain tensors in and out; b, n and t are free."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.model = model

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
        memory = self.model.listen(guitar, history, conditions, bar_steps)
        return (
            memory.context,
            memory.keys,
            memory.values,
            memory.padding,
            memory.state,
            memory.likely,
        )


class PlayGraph(nn.Module):
    """One step of `Decoder` with plain tensors in and out."""

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


def export(run: Path, bundle: Path, playing: Playing | None = None) -> Path:
    """Writes the bundle of a run's best checkpoint; a bundle that stood there is replaced.

    Raises CheckpointError for a run that cannot be read, BundleError where none can be written.
    """
    checkpoint = load_checkpoint(run / BEST)
    model = restore_model(checkpoint)
    if bundle.exists() and any(bundle.iterdir()) and not (bundle / ABOUT).exists():
        raise BundleError(f"{bundle} holds other things; name an empty folder for the bundle")
    bundle.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundle.parent, prefix=".bundle-") as room:
        folder = Path(room) / "bundle"
        folder.mkdir()
        _write_listen(model, folder / LISTEN)
        _write_play(model, folder / PLAY)
        about = _about(checkpoint, model, folder, playing or Playing())
        (folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
        if bundle.exists():
            shutil.rmtree(bundle)
        folder.replace(bundle)
    return bundle


def restore_model(checkpoint: Checkpoint) -> Seq2Seq:
    """The network of a checkpoint, ready to play."""
    if checkpoint.about.get("task") != "drums":
        raise BundleError("only a run of task 'drums' makes a bundle; this one learnt another task")
    settings = read_section(ModelSettings, checkpoint.recipe["model"], "model")
    model = Seq2Seq(settings)
    model.load_state_dict(checkpoint.weights)
    return model.eval()


def _write_listen(model: Seq2Seq, path: Path) -> None:
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
    free = {"pitch": "notes", "values": "notes", "step": "notes", "history": "bar"}
    free |= {"conditions": "steps", "context": "steps", "likely": "steps"}
    free |= {"keys": "notes", "notes": "notes", "padding": "notes"}
    axes = {name: {0: "rows", 1: axis} for name, axis in free.items()}
    axes |= {"count": {0: "rows"}, "state": {0: "rows"}}
    inputs = ["pitch", "values", "step", "count", "history", "conditions", "bar_steps"]
    outputs = ["context", "keys", "notes", "padding", "state", "likely"]
    _write(ListenGraph(model), example, path, inputs, outputs, axes)


def _write_play(model: Seq2Seq, path: Path) -> None:
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
    outputs = ["voices", "velocity", "offset", "hidden_next", "cell_next"]
    axes = {name: {0: "rows", 1: "notes"} for name in ("keys", "notes", "padding")}
    axes |= {name: {0: "rows"} for name in ("context", "previous", "history", *outputs[:3])}
    axes |= {name: {1: "rows"} for name in ("hidden", "cell", *outputs[3:])}
    _write(PlayGraph(model), example, path, inputs, outputs, axes)


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
    checkpoint: Checkpoint, model: Seq2Seq, folder: Path, playing: Playing
) -> dict[str, Any]:
    begun = checkpoint.about.get(BEGUN_FROM)
    return {
        "format": FORMAT,
        "version": VERSION,
        "architecture": "lstm-seq2seq",
        "settings": asdict(model.settings),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "vocabulary": vocabulary(),
        "playing": asdict(playing),
        "recipe": checkpoint.recipe,
        "steps": checkpoint.step,
        "bits_per_bar": round(checkpoint.best, 4),
        "trained_on": checkpoint.about["trained_on"],
        **({} if begun is None else {BEGUN_FROM: begun}),
        "files": {name: describe_file(folder / name) for name in (LISTEN, PLAY)},
    }
