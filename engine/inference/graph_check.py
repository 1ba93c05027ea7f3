"""Whether a graph is one that drumd may run: read before onnxruntime sees it, and as bytes.

A bundle may come from anybody. Nothing in a network that drumd exports looks into other files, has
graphs within it (which may turn for ever) or wants operators beside ONNX's own, and a tensor has
no more values than there are bytes. What it takes to run it is bounded too: see `bounded_memory`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

Field = tuple[int, int | bytes]  # number, value
MOST_BYTES = 300 * 2**20  # what loading and playing may take beyond what is taken
OWN_DOMAINS = (b"", b"ai.onnx")

# The numbers of the fields in onnx.proto.
MODEL_GRAPH, MODEL_FUNCTIONS = 7, 25
GRAPH_NODE, GRAPH_TENSOR, GRAPH_SPARSE = 1, 5, 15
NODE_ATTRIBUTE, NODE_DOMAIN = 5, 7
ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPHS, ATTRIBUTE_SPARSE = (5, 10), (6, 11), (22, 23)
TENSOR_DIMS, TENSOR_EXTERNAL = 1, (13, 14)


def check_graph(data: bytes) -> None:
    """Raises ValueError with what is wrong."""
    for number, graph in _fields(data):
        if number == MODEL_FUNCTIONS:
            raise ValueError("it has functions of its own")
        if number == MODEL_GRAPH:
            for kind, part in _fields(_bytes(graph)):
                _check_part(kind, part)


@contextmanager
def bounded_memory(most: int = MOST_BYTES) -> Iterator[None]:
    """Lets this process take no more than so many bytes on top, where the system can (Linux)."""
    taken = _data_bytes() if resource else None
    if resource is None or taken is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [taken + most, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _check_part(kind: int, part: int | bytes) -> None:
    if kind == GRAPH_SPARSE:
        raise ValueError("it has sparse tensors")
    if kind == GRAPH_TENSOR:
        _check_tensor(_bytes(part))
    if kind != GRAPH_NODE:
        return
    for number, value in _fields(_bytes(part)):
        if number == NODE_DOMAIN and value not in OWN_DOMAINS:
            raise ValueError("it wants operators that are not ONNX's own")
        if number == NODE_ATTRIBUTE:
            _check_attribute(_bytes(value))


def _check_attribute(data: bytes) -> None:
    for number, value in _fields(data):
        if number in ATTRIBUTE_GRAPHS:
            raise ValueError("it has graphs within it")
        if number in ATTRIBUTE_SPARSE:
            raise ValueError("it has sparse tensors")
        if number in ATTRIBUTE_TENSORS:
            _check_tensor(_bytes(value))


def _check_tensor(data: bytes) -> None:
    sizes = list[int]()
    for number, value in _fields(data):
        if number in TENSOR_EXTERNAL and value:
            raise ValueError("it keeps values in other files")
        if number == TENSOR_DIMS:
            sizes += [value] if isinstance(value, int) else _packed(value)
    if prod(sizes) > len(data):
        raise ValueError("a tensor is larger than its bytes")


def _fields(data: bytes) -> Iterator[Field]:
    """The fields of a protobuf message; a ValueError where it breaks off."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError("it is broken")
        if at + size > len(data):
            raise ValueError("it breaks off")
        yield key >> 3, data[at : at + size]
        at += size


def _packed(data: bytes) -> list[int]:
    found, at = list[int](), 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(data):
            raise ValueError("it breaks off")
        value |= (data[at] & 0x7F) << 7 * place
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError("it is broken")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("it is broken")
    return value


def _data_bytes() -> int | None:
    """What counts towards RLIMIT_DATA now."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (no file of ours)
            return int(file.read().split()[5]) * 4096
    except (OSError, ValueError, IndexError):
        return None
