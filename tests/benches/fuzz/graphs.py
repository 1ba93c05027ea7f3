"""Damaged graphs in a bundle whose checksums are right: what somebody may hand you on purpose.

An input is a byte that says which graph of the shipped bundle it takes the place of, and the graph.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import onnx

from engine.inference.bundle import ABOUT, FIT, GROOVES, LISTEN, PLAY, SHIPPED, describe_file
from engine.music.notes import Note, Request
from tests.benches.fuzz.mutate import damaged_bytes

NAMES = (LISTEN, PLAY, FIT)
SIZES = (0, -1, 1, 7, 2**16, 2**31, 2**40, 2**62, 2**63 - 1)
OTHERS = (
    "Loop", "If", "Scan", "ConstantOfShape", "Expand", "Tile", "Range", "NonZero", "RandomNormal",
    "Einsum", "Identity", "Cast", "Reshape", "Pad", "Resize", "Gather", "Attention", "SequenceAt",
    "TopK", "Split", "LSTM", "MatMul", "Add", "Where", "StringSplit", "ScatterND", "DoesNotExist",
)  # fmt: skip
OUTSIDE = ("/etc/passwd", "../../../../etc/passwd", "/dev/zero", "play.onnx", "bundle.json", "")


def graphs(_folder: Path) -> Sequence[bytes]:
    return [bytes((n,)) + (SHIPPED / name).read_bytes() for n, name in enumerate(NAMES)]


def play(path: Path) -> None:
    """Make a bundle of it and play two bars."""
    from engine.inference.infer import BundleDrummer

    data, folder = path.read_bytes(), path.with_name("bundle")
    folder.mkdir(exist_ok=True)
    for name in (ABOUT, GROOVES, *NAMES):
        shutil.copyfile(SHIPPED / name, folder / name)
    if data:
        (folder / NAMES[data[0] % len(NAMES)]).write_bytes(data[1:])
    about = json.loads((folder / ABOUT).read_text())
    about["files"] = {name: describe_file(folder / name) for name in about["files"]}
    (folder / ABOUT).write_text(json.dumps(about))
    notes = tuple(Note(beat / 2, 0.5, 52) for beat in range(8))
    pattern = BundleDrummer(folder).play(Request(1, 4.0, notes, 4.0))
    assert all(1 <= hit.velocity <= 127 for hit in pattern.hits)


def damaged_graph(seed: bytes, chance: Random) -> bytes:
    """One to three things in the graph that no network of drumd has."""
    if chance.random() < 0.2:
        return seed[:1] + damaged_bytes(seed[1:], chance)
    model = onnx.ModelProto.FromString(seed[1:])
    for _ in range(chance.randint(1, 3)):
        chance.choice(WOUNDS)(model.graph, chance)
    return seed[:1] + model.SerializeToString()


def _outside(graph: onnx.GraphProto, chance: Random) -> None:
    tensor = _tensor(graph, chance)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", chance.choice(OUTSIDE)
    if chance.random() < 0.7:
        tensor.ClearField("raw_data")


def _huge(graph: onnx.GraphProto, chance: Random) -> None:
    tensor = _tensor(graph, chance)
    if tensor.dims and chance.random() < 0.5:
        tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice(SIZES)
    else:
        tensor.dims.append(chance.choice(SIZES))


def _other_shape(graph: onnx.GraphProto, chance: Random) -> None:
    value = chance.choice([*graph.input, *graph.output])
    sizes = value.type.tensor_type.shape.dim
    if sizes and chance.random() < 0.8:
        chance.choice(sizes).dim_value = chance.choice(SIZES)
    else:
        sizes.add().dim_value = chance.choice(SIZES)


def _other_operator(graph: onnx.GraphProto, chance: Random) -> None:
    node = chance.choice(graph.node)
    node.op_type = chance.choice(OTHERS)
    if chance.random() < 0.1:
        node.domain = chance.choice(("com.microsoft", "ai.onnx.ml", "nowhere"))


def _other_number(graph: onnx.GraphProto, chance: Random) -> None:
    """A size, an axis, a place that is written in the graph."""
    whole = [tensor for tensor in _tensors(graph) if tensor.data_type == onnx.TensorProto.INT64]
    if whole and chance.random() < 0.7:
        tensor = chance.choice(whole)
        size = len(tensor.raw_data) // 8
        tensor.raw_data = b"".join(
            chance.choice(SIZES).to_bytes(8, "little", signed=True) for _ in range(size)
        )
        return
    given = [one for node in graph.node for one in node.attribute if one.type in (2, 7)]
    attribute = chance.choice(given)
    if attribute.type == 2:
        attribute.i = chance.choice(SIZES)
    else:
        attribute.ints.append(chance.choice(SIZES))


def _other_wire(graph: onnx.GraphProto, chance: Random) -> None:
    node = chance.choice(graph.node)
    names = [name for other in graph.node for name in other.output]
    if node.input and chance.random() < 0.7:
        node.input[chance.randrange(len(node.input))] = chance.choice([*names, "", "nowhere"])
    elif chance.random() < 0.5:
        graph.node.remove(node)
    else:
        graph.node.add().CopyFrom(node)


def _no_numbers(graph: onnx.GraphProto, chance: Random) -> None:
    tensor = _tensor(graph, chance)
    tensor.raw_data = chance.choice((b"\xff", b"\x7f", b"\x00")) * len(tensor.raw_data)


def _tensors(graph: onnx.GraphProto) -> list[onnx.TensorProto]:
    return [*graph.initializer, *(a.t for n in graph.node for a in n.attribute if a.type == 4)]


def _tensor(graph: onnx.GraphProto, chance: Random) -> onnx.TensorProto:
    return chance.choice(_tensors(graph))


WOUNDS: tuple[Callable[[onnx.GraphProto, Random], None], ...] = (
    _outside, _huge, _other_shape, _other_operator, _other_number, _other_wire, _no_numbers,
)  # fmt: skip
