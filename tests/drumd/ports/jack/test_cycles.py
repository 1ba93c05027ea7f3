"""A client of JACK goes without taking the interpreter's lock along, in a process of its own."""

import subprocess
import sys

import pytest

from tests.support.jack.harness import jack_server

pytestmark = pytest.mark.jack
OPENED = 20
PATIENCE_S = 60.0

COMES_AND_GOES = f"""
import threading, time
import jack
from drumd.ports.jack.cycles import JackCycles

def busy():
    while True:
        pass

def process(frames):
    port.clear_buffer()
    for _ in range(100_000):  # a good part of a cycle
        pass

threading.Thread(target=busy, daemon=True).start()
for number in range({OPENED}):
    client = jack.Client("comes-and-goes", no_start_server=True)
    port = client.midi_outports.register("out")
    cycles = JackCycles(client, process)
    time.sleep(0.02)
    cycles.end()
    client.deactivate()
    client.close()
    print(number, flush=True)
"""


def test_a_client_goes_while_its_callback_waits_for_the_interpreter():
    with jack_server():
        run = [sys.executable, "-c", COMES_AND_GOES]
        done = subprocess.run(run, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert not done.returncode, done.stderr
    assert done.stdout.split() == [str(number) for number in range(OPENED)]
