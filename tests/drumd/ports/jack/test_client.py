"""Live ports on a real JACK server, and on one that dies: JACK-Client's and RtMidi's."""

import subprocess
import sys
import time

import mido
import pytest

from drumd.ports import driver, rtmidi
from drumd.ports.jack import client as jack_client
from drumd.ports.jack.client import JackInput, JackOutput
from drumd.ports.jack.frames import BLOCK, SETTLING
from drumd.ports.open import list_ports, open_input, open_output
from drumd.ports.reconnecting import SteadyInput
from drumd.ports.rtmidi import RtmidiInput
from drumd.timing.clock import MonotonicClock
from tests.support.jack.exact import CycleRecorder, ExactResult, NotingOutput
from tests.support.jack.harness import JackGuitarist, jack_server

pytestmark = pytest.mark.jack
PATIENCE_S = 60.0

DEAD_SERVER = """
import sys, mido
from drumd.errors import PortLostError
from drumd.ports import driver, rtmidi
from drumd.ports.jack import client as jack_client
from drumd.ports.open import open_input, open_output
from drumd.timing.clock import MonotonicClock

if sys.argv[1] != "JACK-Client":
    jack_client.available = lambda: False
    rtmidi.DRIVER = getattr(driver, sys.argv[1].replace("-", "_"))()
clock = MonotonicClock()
out = open_output("AI Drums", clock, api="jack")
guitar = open_input("Guitar", clock, api="jack")
print(guitar.lost(), out.lost(), flush=True)
sys.stdin.readline()  # the server dies
print(guitar.lost() == out.lost(), out.lost(), flush=True)
refused = 0
for _ in range(5000):  # RtMidi blocks for ever after some 2,300
    try:
        out.send(mido.Message("note_on", note=36))
    except PortLostError:
        refused += 1
print(refused, flush=True)
guitar.close()
out.close()
"""


LIBRARIES = {"python-rtmidi": driver.python_rtmidi, "supriya-midi": driver.supriya_midi}


@pytest.fixture(params=["JACK-Client", *LIBRARIES])
def backend(request, monkeypatch):
    """Which of the libraries is used."""
    if request.param in LIBRARIES:
        try:
            monkeypatch.setattr(rtmidi, "DRIVER", LIBRARIES[request.param]())
        except ImportError:
            pytest.skip(f"{request.param} is not installed")
        monkeypatch.setattr(jack_client, "available", lambda: False)
    return request.param


def test_virtual_ports_are_named_as_asked_and_carry_messages(backend):
    with jack_server():
        clock, heard = MonotonicClock(), []
        out = open_output("AI Drums", clock, api="jack")
        guitar = open_input("Guitar", clock, api="jack")
        assert isinstance(guitar, RtmidiInput) is (backend != "JACK-Client")
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


@pytest.mark.usefixtures("backend")
def test_a_peer_that_leaves_is_noticed():
    with jack_server() as server:
        with JackGuitarist(server) as guitarist:
            name = guitarist.out_name
            port = open_input(name, MonotonicClock(), api="jack")
            assert port.lost() is None and port.name == name
        assert name in port.lost()
        port.close()


@pytest.mark.usefixtures("backend")
def test_a_peer_that_leaves_and_comes_back_is_found_by_its_name():
    with jack_server() as server:
        clock = MonotonicClock()
        with JackGuitarist(server) as guitarist:
            name = guitarist.out_name
            port = SteadyInput(
                lambda again: open_input(name, clock, api="jack", again=again), clock
            )
        give_up = time.monotonic() + PATIENCE_S
        assert "waiting for port" in port.look_after() and port.waiting == name
        with JackGuitarist(server) as guitarist:
            assert guitarist.out_name == name
            while port.waiting and time.monotonic() < give_up:
                port.look_after()
                time.sleep(0.05)
            guitarist.play([(0.0, b"\x90\x28\x40")])
            guitarist.wait(tail=0.2)
            assert [message.note for _, message in port.poll()] == [40]
        port.close()


def test_a_server_that_dies_is_noticed_nothing_blocks_and_the_process_ends(backend):
    with jack_server() as server:
        process = subprocess.Popen(
            [sys.executable, "-c", DEAD_SERVER, backend],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout and process.stdout.readline() == "None None\n"
        server.kill()
        out, _ = process.communicate("\n", timeout=PATIENCE_S)
        assert out.splitlines() == [
            "True the JACK server has gone",
            "5000",
        ]
        assert process.returncode == 0


def test_messages_leave_on_their_frame():
    with jack_server() as server, CycleRecorder(server) as recorder:
        clock = MonotonicClock()
        out = NotingOutput("AI Drums", clock)
        recorder.connect(out_of="drumd:AI Drums")
        recorder.play([])
        recorder.wait(tail=2 * SETTLING * BLOCK * server.period_s)  # till frames have their seconds
        begin = clock.now() + 0.1
        for index in range(128):
            at = begin + index * 0.0073
            time.sleep(max(0.0, at - clock.now() - out.ahead_s))
            out.send(mido.Message("note_on", note=index), at)
        out.close()
        recorder.wait(tail=0.1)
    outcome = ExactResult.of(out.meant, recorder)
    assert outcome.meant == 128 and len(outcome.skipped) < 64
    assert len(outcome.off) <= out.late  # on a machine that holds this process up


def test_messages_come_in_stamped_by_their_frame():
    with jack_server() as server, JackGuitarist(server) as guitarist:
        clock = MonotonicClock()
        guitar = JackInput("Guitar", clock)
        guitarist.connect(into="drumd-in:Guitar")
        guitarist.play([(index * 0.01, bytes((0x90, index, 1))) for index in range(100)])
        guitarist.wait(tail=0.2)
        heard = list(guitar.poll())
        guitar.close()
    assert {message.note for _, message in heard} <= set(range(100)) and len(heard) > 50
    late = [stamp - heard[0][0] - (m.note - heard[0][1].note) * 0.01 for stamp, m in heard]
    assert sorted(late)[len(late) // 2] == pytest.approx(0, abs=1e-4)


def test_what_was_handed_over_has_gone_out_when_a_port_is_closed():
    with jack_server() as server, JackGuitarist(server) as guitarist:
        clock = MonotonicClock()
        out = JackOutput("AI Drums", clock)
        guitarist.connect(out_of="drumd:AI Drums")
        guitarist.play([])
        guitarist.wait(tail=0.2)
        for index in range(20):
            out.send(mido.Message("note_off", note=index), clock.now() + 0.002 * index)
        out.close()
        guitarist.wait(tail=0.1)
    assert [data[1] for _, data in guitarist.received] == list(range(20))
