"""The speakers' port: what runs in the daemon, and the whole on a card that no one hears."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

import mido
import pytest

from drumd.config import is_speakers
from drumd.errors import PortError, PortLostError
from drumd.ports.base import Handed, PortList
from drumd.ports.open import same_port
from drumd.sound.speakers import Speakers, open_speakers
from drumd.timing.clock import MonotonicClock
from engine.errors import MissingExtraError

SNARE = mido.Message("note_on", note=38, velocity=100, channel=9)
has_miniaudio = importlib.util.find_spec("miniaudio") is not None
needs_miniaudio = pytest.mark.skipif(not has_miniaudio, reason="needs miniaudio")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes longer to compute a kit."""
    monkeypatch.setattr("drumd.sound.speakers.READY_S", 120.0)


def wait_for_strokes(port: Speakers, wanted: int) -> None:
    give_up = time.monotonic() + 60
    while port.counts.strokes < wanted and time.monotonic() < give_up:
        assert port.lost() is None
        time.sleep(0.05)


def test_the_daemon_imports_no_numpy_for_it() -> None:
    code = "import sys, drumd.sound.speakers; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_miniaudio_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drumd.sound.speakers.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"miniaudio: pip install 'drumd\[audio\]'"):
        Speakers(MonotonicClock())


@needs_miniaudio
def test_an_unknown_card_is_answered_with_those_there_are() -> None:
    with pytest.raises(PortError, match="is no sound card"):
        Speakers(MonotonicClock(), device="no such card")


@pytest.mark.realtime
@needs_miniaudio
def test_strokes_sound_and_those_taken_back_do_not() -> None:
    clock = MonotonicClock()
    port = Speakers(clock, device="null")
    try:
        soon = clock.now() + 0.2
        handed = [port.send(SNARE, soon + step / 10) for step in range(4)]
        assert not any(one.gone for one in handed)
        assert handed[2].let_go() is not None and handed[2].let_go() is None
        off: Handed = port.send(mido.Message("note_off", note=38), soon)
        assert off.gone
        wait_for_strokes(port, 3)
        assert (port.counts.strokes, port.counts.late, port.failed) == (3, 0, 0)
        assert handed[0].gone and handed[0].let_go() is None
        assert port.latency_s > 0 and port.lost() is None
    finally:
        port.close()
    assert port.lost()
    with pytest.raises(PortLostError):
        port.send(SNARE)


@needs_miniaudio
def test_a_process_that_died_is_a_lost_port() -> None:
    port = Speakers(MonotonicClock(), device="null")
    port._process.kill()
    port._process.join()
    assert "died" in (port.lost() or "")
    with pytest.raises(PortLostError):
        port.send(SNARE)
    port.close()


def test_a_name_may_say_which_card() -> None:
    assert is_speakers("speakers") and is_speakers("speakers:usb")
    assert not is_speakers("Speakers Out") and not is_speakers("speaker")


def test_ports_that_are_called_like_speakers_are_no_obstacle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports = PortList(("Studio Speakers",), ("Studio Speakers", "PC Speakers"), "alsa")
    monkeypatch.setattr("drumd.ports.open.list_ports", lambda _: ports)
    assert same_port("Studio Speakers", "speakers") is None


@needs_miniaudio
def test_a_name_opens_its_card() -> None:
    port = open_speakers("speakers:null", MonotonicClock())
    port.close()
    assert port.device.lower() == "null"
