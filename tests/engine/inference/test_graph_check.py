"""A network that could do more than answer is refused before it is run."""

import sys

import numpy as np
import pytest

from engine.errors import BundleError
from engine.inference.bundle import FIT, LISTEN, PLAY, SHIPPED
from engine.inference.graph_check import bounded_memory, check_graph
from engine.inference.runtime import _session

onnx = pytest.importorskip("onnx")


def model(node=None, tensor=None, **more):
    """A graph that adds a number, with one thing changed."""
    add = node or onnx.helper.make_node("Add", ["x", "one"], ["y"])
    one = tensor or onnx.numpy_helper.from_array(np.ones(3, np.float32), "one")
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [3]) for name in "xy"]
    graph = onnx.helper.make_graph([add], "graph", ends[:1], ends[1:], [one])
    return onnx.helper.make_model(graph, **more)


def outside():
    tensor = onnx.TensorProto(name="one", data_type=onnx.TensorProto.FLOAT, dims=[3])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return model(tensor=tensor)


def huge():
    tensor = onnx.numpy_helper.from_array(np.ones(3, np.float32), "one")
    tensor.dims[:] = [2**20, 2**20]
    return model(tensor=tensor)


def turning():
    body = model().graph
    return model(node=onnx.helper.make_node("Loop", ["x", "one"], ["y"], body=body))


def foreign():
    return model(node=onnx.helper.make_node("Add", ["x", "one"], ["y"], domain="com.microsoft"))


def with_function():
    made = model()
    made.functions.add(name="mine", domain="mine")
    return made


@pytest.mark.parametrize("name", [LISTEN, PLAY, FIT])
def test_the_networks_that_ship_are_fine(name):
    check_graph((SHIPPED / name).read_bytes())


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (outside, "values in other files"),
        (huge, "larger than its bytes"),
        (turning, "graphs within it"),
        (foreign, "not ONNX's own"),
        (with_function, "functions of its own"),
    ],
)
def test_what_no_exported_network_has_is_refused_in_a_sentence(make, problem, tmp_path):
    check_graph(model().SerializeToString())
    path = tmp_path / "play.onnx"
    path.write_bytes(make().SerializeToString())
    with pytest.raises(BundleError, match=problem):
        _session(path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory so")
def test_a_network_that_asks_for_all_memory_gets_none():
    with bounded_memory(2**26), pytest.raises(MemoryError):
        np.ones(2**25)  # 256 MB
    assert np.ones(2**25).sum() == 2**25
