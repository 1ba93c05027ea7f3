"""Either of two libraries reaches the system's MIDI."""

import sys
from types import SimpleNamespace

import pytest

from drumd.errors import PortError
from drumd.ports import driver
from drumd.ports.driver import find_driver, supriya_midi


class MissingServerError(Exception):
    """What a library says of a server that does not answer."""


class Client:
    """A client that says nothing of a missing server until it is asked something."""

    def __init__(self, code, name, queue=None):
        self.told = (code, name, queue)

    def get_port_count(self):
        if self.told[0] == "jack":
            raise MissingServerError("no server")
        return 0


@pytest.fixture
def libraries(monkeypatch):
    """Both libraries pretended; a test takes away one or both by setting it to None."""
    rtmidi = SimpleNamespace(
        API_MACOSX_CORE=1, API_LINUX_ALSA=2, API_WINDOWS_MM=4, API_UNIX_JACK=3,
        get_compiled_api=lambda: [2, 3], MidiIn=Client, MidiOut=Client,
        RtMidiError=MissingServerError, UnsupportedOperationError=NotImplementedError,
    )  # fmt: skip
    apis = SimpleNamespace(
        MACOSX_CORE="coremidi", LINUX_ALSA="alsa", WINDOWS_MM="winmm", UNIX_JACK="jack"
    )
    supriya = SimpleNamespace(
        RtMidiAPI=apis, get_compiled_apis=lambda: ["alsa", "jack"],
        MidiIn=Client, MidiOut=Client, RtMidiError=MissingServerError,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "rtmidi", rtmidi)
    monkeypatch.setitem(sys.modules, "supriya_midi", supriya)
    monkeypatch.setattr(driver, "_prefer_system_jack", lambda: None)
    return monkeypatch


def test_python_rtmidi_is_taken_where_it_is_and_else_the_other(libraries):
    assert find_driver().library == "python-rtmidi"
    libraries.setitem(sys.modules, "rtmidi", None)
    found = find_driver()
    assert found.library == "supriya-midi"
    assert found.make_input(found.codes["alsa"], "drumd-in", 5).told == ("alsa", "drumd-in", 5)
    assert found.compiled() == ["alsa", "jack"]


def test_a_server_that_is_not_there_is_noticed_as_the_client_is_made(libraries):
    assert libraries
    found = supriya_midi()
    with pytest.raises(found.failures, match="no server"):
        found.make_output(found.codes["jack"], "drumd")


def test_without_any_library_one_sentence_says_so(libraries):
    for name in ("rtmidi", "supriya_midi"):
        libraries.setitem(sys.modules, name, None)
    with pytest.raises(PortError, match=r"rtmidi.*supriya_midi.*install drumd again"):
        find_driver()
