"""What this machine has: the facts that `drumd ports` shows and `drumd doctor` judges.

Gathering looks and changes nothing; it runs on the main thread of a command.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from drumd.errors import PortError
from drumd.output.realtime import PRIORITY
from drumd.ports.base import PortList
from engine.errors import EXTRAS

SERVER_OF = {
    "jack": "JACK server",
    "alsa": "ALSA sequencer",
    "coremidi": "CoreMIDI",
    "winmm": "Windows MIDI",
}
OPTIONAL = {libraries[0]: extra for extra, libraries in EXTRAS.items()}  # the first stands for all


@dataclass(frozen=True, slots=True)
class ApiFacts:
    """One MIDI API: the ports it shows, or why it shows none."""

    api: str
    ports: PortList | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found. `realtime` is the reason why priority is refused, empty where it is given."""

    system: str  # Linux, Darwin or Windows
    python: tuple[int, int, int]
    apis: tuple[ApiFacts, ...]
    servers: tuple[str, ...]  # sound servers and drivers that run
    realtime: str
    missing: tuple[str, ...]  # optional libraries that are not installed

    @property
    def alive(self) -> bool:
        """Whether any MIDI API answers."""
        return any(api.ports is not None for api in self.apis)

    @property
    def virtual_ports(self) -> bool:
        """Whether drumd can make ports of its own here."""
        return self.system != "Windows" and self.alive


def gather() -> Facts:
    """Look around on this machine."""
    system = platform.system()
    apis = survey()
    return Facts(
        system=system,
        python=sys.version_info[:3],
        apis=apis,
        servers=servers(system, apis),
        realtime=in_thread(refused_priority),
        missing=tuple(name for name in OPTIONAL if find_spec(name) is None),
    )


def survey() -> tuple[ApiFacts, ...]:
    """Ask every API that the MIDI library was built with for its ports."""
    from drumd.ports.rtmidi import compiled_apis

    return tuple(ask(api) for api in compiled_apis())


def ask(api: str) -> ApiFacts:
    """The ports of one API, or the reason why it has none to show."""
    from drumd.ports.open import list_ports

    try:
        return ApiFacts(api, list_ports(api))
    except PortError:
        return ApiFacts(api, None, f"no {SERVER_OF.get(api, api)} answers")


def servers(system: str, apis: tuple[ApiFacts, ...]) -> tuple[str, ...]:
    """The MIDI and sound servers that run, by name."""
    running = {facts.api for facts in apis if facts.ports is not None}
    found = [label for api, label in SERVER_OF.items() if api in running]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if system == "Linux" and runtime and (Path(runtime) / "pipewire-0").exists():
        found.append("PipeWire")
    return tuple(found)


def in_thread(question: Callable[[], str]) -> str:
    """Ask on a thread of its own, so that a priority that is given ends with the thread."""
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(question()))
    thread.start()
    thread.join()
    return answers[0]


def refused_priority() -> str:
    """Why the calling thread may not run at real-time priority; empty if it may."""
    if not hasattr(os, "sched_setscheduler"):
        return ""  # macOS and Windows: threads of a program get by without
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError as error:
        return f"{error.strerror} (rtprio limit {rtprio_limit()})"
    return ""


def rtprio_limit() -> str:
    """The highest real-time priority that the system's limits let this user have."""
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_RTPRIO)
    return "unlimited" if soft == resource.RLIM_INFINITY else str(soft)
