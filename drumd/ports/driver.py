"""The library through which the system's MIDI is reached: python-rtmidi or supriya-midi.

Both are RtMidi. python-rtmidi is the one that the figures were measured with; from Python 3.13 on
it has no wheels, and supriya-midi is installed in its place. Here is all in which they differ.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from drumd.errors import PortError

SYSTEM_JACK = "libjack.so.0"


@dataclass(frozen=True, slots=True)
class Driver:
    """One of the libraries, as `drumd.ports.rtmidi` uses it."""

    library: str  # what pip calls it
    codes: Mapping[str, Any]  # of the APIs that drumd knows, best first
    compiled: Callable[[], Sequence[Any]]  # the codes of the APIs that it was built with
    make_input: Callable[[Any, str, int], Any]  # code, the client's name, longest queue
    make_output: Callable[[Any, str], Any]  # code, the client's name
    failures: tuple[type[Exception], ...]  # what it raises where a port or an API is not to be had
    no_virtual: tuple[type[Exception], ...]  # and where it cannot make virtual ports


def find_driver() -> Driver:
    """The library that is installed; a PortError says what is wrong where none can be loaded."""
    faults = list[str]()
    for make in (python_rtmidi, supriya_midi):
        try:
            return make()
        except ImportError as error:  # not installed, or it does not find the system's MIDI
            faults.append(str(error))
    raise PortError(
        f"no library for MIDI can be loaded ({'; '.join(faults)}): install drumd again, and on"
        " Linux libasound2 with it"
    )


def python_rtmidi() -> Driver:
    """Raises ImportError where it is not installed."""
    import rtmidi

    return Driver(
        library="python-rtmidi",
        codes={
            "coremidi": rtmidi.API_MACOSX_CORE,
            "alsa": rtmidi.API_LINUX_ALSA,
            "winmm": rtmidi.API_WINDOWS_MM,
            "jack": rtmidi.API_UNIX_JACK,
        },
        compiled=rtmidi.get_compiled_api,
        make_input=rtmidi.MidiIn,
        make_output=rtmidi.MidiOut,
        failures=(rtmidi.RtMidiError, NotImplementedError),
        no_virtual=(NotImplementedError, rtmidi.UnsupportedOperationError),
    )


def supriya_midi() -> Driver:
    """Raises ImportError where it is not installed."""
    _prefer_system_jack()
    import supriya_midi

    apis = supriya_midi.RtMidiAPI
    return Driver(
        library="supriya-midi",
        codes={
            "coremidi": apis.MACOSX_CORE,
            "alsa": apis.LINUX_ALSA,
            "winmm": apis.WINDOWS_MM,
            "jack": apis.UNIX_JACK,
        },
        compiled=supriya_midi.get_compiled_apis,
        make_input=lambda *told: _answering(supriya_midi.MidiIn(*told)),
        make_output=lambda *told: _answering(supriya_midi.MidiOut(*told)),
        failures=(supriya_midi.RtMidiError, RuntimeError),  # NotImplementedError is one of these
        no_virtual=(NotImplementedError,),
    )


def _answering(client: Any) -> Any:
    """The client; it does not say by itself that there is no server until it is asked something."""
    client.get_port_count()
    return client


def _prefer_system_jack() -> None:
    """Lets the library use the JACK library that the system's server came with.

    Its wheel brings an older one, which speaks another protocol than the servers of today. What
    is loaded for all to see is found before that.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # there is none: no server either
            ctypes.CDLL(SYSTEM_JACK, mode=ctypes.RTLD_GLOBAL)
