"""Live ports on a real JACK server, and on one that dies."""

import subprocess
import sys
import time

import mido
import pytest

from drumd.ports import list_ports, open_input, open_output
from drumd.timing import MonotonicClock
from tests.jack_harness import JackGuitarist, jack_server

pytestmark = pytest.mark.jack
PATIENCE_S = 20.0

DEAD_SERVER = """
import sys, mido
from drumd.errors import PortLostError
from drumd.ports import open_input, open_output
from drumd.timing import MonotonicClock

clock = MonotonicClock()
out = open_output("AI Drums", clock, api="jack")
guitar = open_input("Guitar", clock, api="jack")
print(guitar.lost(), out.lost(), flush=True)
sys.stdin.readline()  # the server dies
print(guitar.lost() == out.lost(), out.lost(), flush=True)
refused = 0
for _ in range(5000):  # python-rtmidi blocks for ever after some 2,300
    try:
        out.send(mido.Message("note_on", note=36))
    except PortLostError:
        refused += 1
print(refused, flush=True)
guitar.close()
out.close()
"""


def test_virtual_ports_are_named_as_asked_and_carry_messages():
    with jack_server():
        clock, heard = MonotonicClock(), []
        out = open_output("AI Drums", clock, api="jack")
        guitar = open_input("Guitar", clock, api="jack")
        ports = list_ports("jack")
        assert ports.inputs == ("drumd:AI Drums",) and ports.outputs == ("drumd-in:Guitar",)
        wire = open_output("drumd-in:Guitar", clock, api="jack")
        sent = [mido.Message("note_on", note=n) for n in range(100)] + [mido.Message("clock")]
        for message in sent:
            wire.send(message)
        give_up = time.monotonic() + PATIENCE_S
        while len(heard) < len(sent) and time.monotonic() < give_up:
            heard += guitar.poll()
            time.sleep(0.01)
        for port in (guitar, wire, out):
            port.close()
        assert [message for _, message in heard] == sent
        assert list_ports("jack").inputs == ()


def test_a_peer_that_leaves_is_noticed():
    with jack_server() as server:
        with JackGuitarist(server) as guitarist:
            name = guitarist.out_name
            port = open_input(name, MonotonicClock(), api="jack")
            assert port.lost() is None and port.name == name
        assert name in port.lost()
        port.close()


def test_a_server_that_dies_is_noticed_nothing_blocks_and_the_process_ends():
    with jack_server() as server:
        process = subprocess.Popen(
            [sys.executable, "-c", DEAD_SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout and process.stdout.readline() == "None None\n"
        server.kill()
        out, _ = process.communicate("\n", timeout=PATIENCE_S)
        assert out.splitlines() == [
            "True the JACK server has gone: start it again, then drumd",
            "5000",
        ]
        assert process.returncode == 0
