"""A finished run to a bundle: the best checkpoint as two ONNX graphs and `bundle.json`."""

from __future__ import annotations

import logging
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.encoding.features import CONDITIONS, HISTORY, HITS, NOTE_VALUES
from engine.errors import BundleError
from engine.inference.bundle import (
    FORMAT,
    LISTEN,
    PLAY,
    SHIPPED,
    VERSION,
    Playing,
    vocabulary,
)
from engine.models.networks import Network, build_network
from engine.models.seq_model import Guitar, Memory, Seq2Seq
from engine.models.transformer import StepMemory, Transformer
from engine.storage.atomic import new_folder
from engine.training.checkpoint import BEST, LOG, Checkpoint, load_checkpoint
from engine.training.cost import cost_of
from engine.training.redress import check_bundle_folder, copy_grooves, files_of, write_about
from engine.training.run import BEGUN_FROM
from engine.training.sampling import PAIR_BARS

OPSET = 18
ANSWERS = ("voices", "velocity", "offset")
ARCHITECTURE: dict[type, str] = {Seq2Seq: "lstm-seq2seq", Transformer: "transformer"}
FIELD_OF = {"notes": "values", "likely": "voice_marginals"}  # of a memory, by what graphs call it
ATTENDED = ("keys", "padding")  # what the LSTM looks at where it has attention


class ListenGraph(nn.Module):
    """`encode` of a network with plain tensors in and out; b, n and t are free."""

    def __init__(self, network: Network, outputs: list[str]) -> None:
        super().__init__()
        self.network, self.outputs = network, outputs

    def forward(
        self,
        pitch: Tensor,
        values: Tensor,
        step: Tensor,
        count: Tensor,
        history: Tensor,
        groove: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> tuple[Tensor, ...]:
        guitar = Guitar(pitch, values, step, count)
        memory = self.network.encode(guitar, history, groove, conditions, bar_steps)
        return tuple(getattr(memory, FIELD_OF.get(name, name)) for name in self.outputs)


class LstmStep(nn.Module):
    """One step of the LSTM's decoder with plain tensors in and out."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.decoder = model.decoder

    def forward(
        self,
        context: Tensor,
        notes: Tensor,
        previous: Tensor,
        history: Tensor,
        hidden: Tensor,
        cell: Tensor,
        *attended: Tensor,
    ) -> tuple[Tensor, ...]:
        keys, padding = attended or (context[..., :0], context[..., 0])
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


def export(
    run: Path, bundle: Path, playing: Playing | None = None, *, grooves: Path | None = None
) -> Path:
    """Writes the bundle of a run's best checkpoint; a bundle that stood there is replaced.

    `grooves` is a folder that `drumd grooves` made, or a bundle whose grooves are taken over: the
    one that ships unless given.
    Raises CheckpointError for a run that cannot be read, BundleError where none can be written.
    """
    checkpoint = load_checkpoint(run / BEST)
    network = restore_network(checkpoint)
    try:
        check_bundle_folder(bundle)
        bundle.parent.mkdir(parents=True, exist_ok=True)
        with new_folder(bundle) as folder:
            _write_listen(network, folder / LISTEN)
            _write_play(network, folder / PLAY)
            told = copy_grooves(grooves or SHIPPED, folder)
            about = _about(checkpoint, network, folder, playing or Playing())
            about["training"] = cost_of(run / LOG, checkpoint)
            about["grooves"] = told
            write_about(folder, about)
    except OSError as error:
        raise BundleError(f"{bundle} cannot be written: {error.strerror or error}") from error
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
        torch.rand(rows, PAIR_BARS * steps, HITS),
        torch.rand(rows, PAIR_BARS * steps, CONDITIONS),
        torch.tensor(steps),
    )
    inputs = ["pitch", "values", "step", "count", "history", "groove", "conditions", "bar_steps"]
    outputs = ["context", "likely"]
    if isinstance(network, Seq2Seq):
        outputs += ["notes", "state", *(ATTENDED if network.settings.attention else ())]
    free = {"pitch": "notes", "values": "notes", "step": "notes", "history": "bar"}
    free |= {"conditions": "steps", "groove": "steps", "context": "steps", "likely": "steps"}
    free |= dict.fromkeys(("notes", *ATTENDED), "notes")
    names = [*inputs[:-1], *outputs]
    axes = {name: {0: "rows"} | ({1: free[name]} if name in free else {}) for name in names}
    write_graph(ListenGraph(network, outputs), example, path, inputs, outputs, axes)


def _write_play(network: Network, path: Path) -> None:
    if isinstance(network, Transformer):
        _write_transformer_step(network, path)
    else:
        _write_lstm_step(network, path)


def _write_lstm_step(model: Seq2Seq, path: Path) -> None:
    settings, rows = model.settings, 2
    size, attended = settings.decoder_size, int(settings.attention)
    notes = 5 if attended else 1  # without attention the mean of all notes stands for them
    example = (
        torch.rand(rows, 1, size),
        torch.rand(rows, notes, 2 * settings.encoder_size),
        torch.rand(rows, 1, HITS),
        torch.rand(rows, 1, HISTORY),
        torch.rand(1, rows, size),
        torch.rand(1, rows, size),
        *((torch.rand(rows, notes, settings.attention_size), torch.zeros(rows, notes)) * attended),
    )
    inputs = ["context", "notes", "previous", "history", "hidden", "cell", *ATTENDED * attended]
    outputs = [*ANSWERS, "hidden_next", "cell_next"]
    axes = {name: {0: "rows", 1: "notes"} for name in ("keys", "notes", "padding")}
    axes |= {name: {0: "rows"} for name in ("context", "previous", "history", *ANSWERS)}
    axes |= {name: {1: "rows"} for name in ("hidden", "cell", "hidden_next", "cell_next")}
    write_graph(LstmStep(model), example, path, inputs, outputs, axes)


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
    write_graph(
        TransformerStep(model), example, path, [*inputs, *seen], [*ANSWERS, *seen_next], axes
    )


def write_graph(
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
        "files": files_of(folder),
    }
