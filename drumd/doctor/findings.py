"""What the doctor makes of the facts: findings, each with what to do about it.

Pure: facts in, findings out, so every system's advice can be had on any system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from drumd.doctor.system import OPTIONAL, ApiFacts, Facts

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
NO_PYTHON_RTMIDI = (3, 13)  # has no wheels from there on: supriya-midi has


class State(Enum):
    """How bad a finding is: only BROKEN keeps drumd from playing."""

    GOOD = "good"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do, and is empty when there is nothing to do."""

    subject: str
    state: State
    text: str
    advice: str = ""


def examine(facts: Facts) -> list[Finding]:
    """Every finding about the machine, in the order in which to mend them."""
    return [
        python(facts),
        midi(facts),
        *apis(facts),
        servers(facts),
        ports(facts),
        virtual_ports(facts),
        priority(facts),
        *libraries(facts),
    ]


def python(facts: Facts) -> Finding:
    version = ".".join(map(str, facts.python))
    if facts.python[:2] < OLDEST_PYTHON:
        return Finding(
            "Python", State.BROKEN, f"{version} is too old", "Install Python 3.11 to 3.14."
        )
    if facts.python[:2] > NEWEST_PYTHON:
        return Finding(
            "Python",
            State.NOTE,
            f"{version} is newer than the versions that drumd is made for",
            "If something is missing below, use Python 3.11 to 3.14.",
        )
    return Finding("Python", State.GOOD, version)


def midi(facts: Facts) -> Finding:
    if not facts.apis:
        library = "python-rtmidi" if facts.python[:2] < NO_PYTHON_RTMIDI else "supriya-midi"
        return Finding(
            "MIDI",
            State.BROKEN,
            f"{library} has no MIDI API built in",
            "It was built from source without the system's headers. It comes ready-made: "
            f"pip install --force-reinstall --only-binary :all: {library}",
        )
    built = ", ".join(api.api for api in facts.apis)
    if not facts.alive:
        return Finding(
            "MIDI",
            State.NOTE,
            f"built in: {built}; none of them answers",
            "Files still play: drumd listen --in demo --out jam.mid. "
            + START_MIDI.get(facts.system, ""),
        )
    return Finding("MIDI", State.GOOD, f"built in: {built}")


FIRST_MIDI = "Get MIDI going first, see above."
START_MIDI = {
    "Linux": "For live MIDI start JACK or PipeWire, or load the ALSA sequencer: "
    "sudo modprobe snd-seq",
    "Darwin": "CoreMIDI should always be there: restart the Mac, or reset it in Audio MIDI Setup.",
    "Windows": "Restart the Windows Audio service.",
}


def apis(facts: Facts) -> Iterator[Finding]:
    """One finding for each API that does not answer while another one does."""
    if facts.alive:
        yield from (silent(api) for api in facts.apis if api.ports is None)


def silent(api: ApiFacts) -> Finding:
    advice = {
        "alsa": "Only if you want ALSA: sudo modprobe snd-seq",
        "jack": "Only if you want JACK: start it with QjackCtl, "
        "or jackd -d alsa; under PipeWire use --api alsa instead",
    }
    return Finding(api.api, State.NOTE, api.problem, advice.get(api.api, ""))


def servers(facts: Facts) -> Finding:
    if facts.servers:
        return Finding("servers", State.GOOD, "running: " + ", ".join(facts.servers))
    return Finding("servers", State.NOTE, "none is running", FIRST_MIDI)


def ports(facts: Facts) -> Finding:
    if not facts.alive:
        return Finding("ports", State.NOTE, "none: no MIDI API answers", FIRST_MIDI)
    shown = [api.ports for api in facts.apis if api.ports is not None]
    inputs = sum(len(one.inputs) for one in shown)
    outputs = sum(len(one.outputs) for one in shown)
    if inputs and outputs:
        return Finding("ports", State.GOOD, f"{inputs} to listen to, {outputs} to play to")
    lacking = "none at all" if not inputs and not outputs else f"{inputs} in, {outputs} out"
    return Finding("ports", State.NOTE, lacking, how_to_get_ports(facts))


def how_to_get_ports(facts: Facts) -> str:
    """What to do on this system when no port is there."""
    if facts.system == "Windows":
        return (
            "Connect a MIDI device, and make two ports named Guitar and AI Drums in loopMIDI "
            "(tobias-erichsen.de), one for each direction."
        )
    if facts.system == "Darwin":
        return (
            "drumd makes its own: --in Guitar --out 'AI Drums'. For ports that stay, tick "
            "'Device is online' of the IAC Driver in Audio MIDI Setup and give it two buses."
        )
    if facts.virtual_ports:
        return "drumd makes its own: --in Guitar --out 'AI Drums'; connect them in your DAW."
    return START_MIDI.get(facts.system, "")


def virtual_ports(facts: Facts) -> Finding:
    if facts.virtual_ports:
        return Finding("virtual ports", State.GOOD, "possible: a new name becomes a new port")
    if facts.system == "Windows":
        return Finding(
            "virtual ports",
            State.NOTE,
            "Windows does not let programs make MIDI ports",
            "Make them in loopMIDI and name them in --in and --out.",
        )
    return Finding("virtual ports", State.NOTE, "not possible: no MIDI API answers", FIRST_MIDI)


def priority(facts: Facts) -> Finding:
    if not facts.realtime:
        return Finding("priority", State.GOOD, "real-time priority is allowed")
    return Finding(
        "priority",
        State.NOTE,
        f"no real-time priority: {facts.realtime}",
        "drumd plays without it, less evenly on a busy machine. To allow it, put "
        "'@audio - rtprio 70' into /etc/security/limits.d/audio.conf, add yourself to the group "
        "audio and log in again.",
    )


def libraries(facts: Facts) -> Iterator[Finding]:
    """One finding for each optional library that is missing; none of them is needed to play."""
    purpose = {
        "torch": "training",
        "music21": "generate --score",
        "matplotlib": "generate --plot",
        "jack": "hits on the exact frame on JACK",
        "link": "--clock link (Ableton Link)",
        "miniaudio": "--out speakers and --in audio",
        "soundfile": "render to .flac, .ogg and .mp3",
    }
    for name in facts.missing:
        extra = OPTIONAL[name]
        yield Finding(
            name,
            State.NOTE,
            f"not installed; needed for {purpose[name]}",
            f"pip install 'drumd[{extra}]'",
        )
    if not facts.missing:
        yield Finding("libraries", State.GOOD, "every optional library is installed")
