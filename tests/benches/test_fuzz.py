"""A little of `make fuzz` with every run of the tests."""

import signal

import pytest

from tests.benches.fuzz.harness import fuzz
from tests.benches.fuzz.targets import TARGETS

SLOW = {"bundle's ONNX": 5, "live MIDI: a jam": 20}  # fewer of these


@pytest.fixture(autouse=True)
def _alarm():
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input_is_read_or_refused_in_a_sentence(target, tmp_path):
    most = SLOW.get(target.name, 40)
    row = fuzz(target, tmp_path, most=most)
    assert row["read"] and row["read"] + row["refused"] == row["inputs"] >= most
