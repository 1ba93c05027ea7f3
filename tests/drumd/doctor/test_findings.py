"""What the doctor says about machines that this one is not."""

from __future__ import annotations

from dataclasses import replace

from drumd.doctor.findings import Finding, State, examine
from drumd.doctor.system import ApiFacts, Facts
from drumd.ports.base import PortList

HEALTHY = Facts(
    system="Linux",
    python=(3, 11, 7),
    apis=(ApiFacts("alsa", PortList(("Guitar",), ("Synth",), "alsa")),),
    servers=("ALSA sequencer",),
    realtime="",
    missing=(),
)
EMPTY = PortList((), (), "any")


def about(subject: str, facts: Facts) -> Finding:
    found = [one for one in examine(facts) if one.subject == subject]
    assert len(found) == 1, examine(facts)
    return found[0]


def test_a_healthy_machine_needs_nothing() -> None:
    assert {one.state for one in examine(HEALTHY)} == {State.GOOD}
    assert [one.advice for one in examine(HEALTHY) if one.advice] == []


def test_every_complaint_says_what_to_do() -> None:
    ill = replace(
        HEALTHY,
        python=(3, 10, 0),
        apis=(),
        servers=(),
        realtime="Operation not permitted",
        missing=("torch", "music21", "matplotlib", "jack"),
    )
    complaints = [one for one in examine(ill) if one.state is not State.GOOD]
    assert len(complaints) == 10
    assert all(one.advice for one in complaints)


def test_an_old_python_is_broken_and_a_new_one_is_only_noted() -> None:
    assert about("Python", replace(HEALTHY, python=(3, 10, 9))).state is State.BROKEN
    assert about("Python", replace(HEALTHY, python=(3, 12, 1))).state is State.GOOD
    assert about("Python", replace(HEALTHY, python=(3, 14, 0))).state is State.GOOD
    assert about("Python", replace(HEALTHY, python=(3, 15, 0))).state is State.NOTE


def test_a_library_built_without_any_api_is_broken() -> None:
    found = about("MIDI", replace(HEALTHY, apis=()))
    assert found.state is State.BROKEN
    assert found.advice.endswith("--only-binary :all: python-rtmidi")
    newer = about("MIDI", replace(HEALTHY, apis=(), python=(3, 13, 1)))
    assert newer.advice.endswith("--only-binary :all: supriya-midi")


def test_a_missing_jack_client_costs_the_exact_frame() -> None:
    assert "exact frame" in about("jack", replace(HEALTHY, missing=("jack",))).text


def test_an_api_that_is_silent_beside_one_that_answers_is_only_noted() -> None:
    facts = replace(HEALTHY, apis=(*HEALTHY.apis, ApiFacts("jack", None, "no JACK server runs")))
    found = about("jack", facts)
    assert found.state is State.NOTE
    assert found.text == "no JACK server runs"
    assert "--api alsa" in found.advice


def test_linux_without_a_server_hears_how_to_start_one() -> None:
    facts = replace(HEALTHY, apis=(ApiFacts("alsa", None, "no /dev/snd/seq"),), servers=())
    assert "start JACK" in about("MIDI", facts).advice
    assert "modprobe snd-seq" in about("MIDI", facts).advice
    assert about("servers", facts).state is State.NOTE
    assert about("virtual ports", facts).state is State.NOTE


def test_a_mac_without_ports_is_told_of_its_iac_driver() -> None:
    facts = replace(
        HEALTHY, system="Darwin", apis=(ApiFacts("coremidi", EMPTY),), servers=("CoreMIDI",)
    )
    assert "IAC Driver" in about("ports", facts).advice
    assert about("virtual ports", facts).state is State.GOOD


def test_windows_is_sent_to_loopmidi() -> None:
    facts = replace(
        HEALTHY, system="Windows", apis=(ApiFacts("winmm", EMPTY),), servers=("Windows MIDI",)
    )
    assert "loopMIDI" in about("ports", facts).advice
    assert "loopMIDI" in about("virtual ports", facts).advice


def test_a_refused_priority_is_noted_with_its_reason() -> None:
    found = about("priority", replace(HEALTHY, realtime="not permitted (rtprio limit 0)"))
    assert found.state is State.NOTE
    assert "rtprio limit 0" in found.text
    assert "limits.d" in found.advice


def test_a_missing_library_names_what_it_is_for_and_how_to_get_it() -> None:
    found = about("music21", replace(HEALTHY, missing=("music21",)))
    assert "--score" in found.text
    assert "drumd[notation]" in found.advice
