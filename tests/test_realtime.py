"""A real-time test that fails is run again where the machine stood still, and only there."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.support.realtime import RUNS, RunAgain
from tests.support.stalls import StallMeter

FAILS = """
import pytest
tries = []
@pytest.fixture(scope="module")
def server():
    tries.append("a server")
@pytest.mark.{mark}
def test_of_the_clock(server):
    tries.append("a try")
    assert tries == ["a server", "a try"] * {good}, "{why}"
"""


class Results:
    """What pytest reports of the test itself."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.outcomes.append(report.outcome)


def outcomes(
    folder: Path, *, stall_s: float, good: int, mark: str = "realtime", why: str = "too late"
) -> list[str]:
    """Run a test that passes at its try number `good` on a machine that stands still so long."""
    (folder / "test_it.py").write_text(FAILS.format(good=good, mark=mark, why=why))
    (folder / "pytest.ini").write_text(f"[pytest]\nmarkers = {mark}\n")
    results, options = Results(), ["--import-mode=importlib", "-p", "no:cacheprovider"]
    pytest.main([*options, str(folder)], plugins=[RunAgain(lambda: stall_s), results])
    return results.outcomes


def test_on_a_machine_that_stood_still_it_is_run_again_with_servers_of_its_own_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcomes(tmp_path, stall_s=1.5, good=2) == ["passed"]
    told = capsys.readouterr().out
    assert "test_of_the_clock (1.50 s)\n" in told and "too late" in told


def test_on_a_machine_that_ran_it_has_failed(tmp_path: Path) -> None:
    assert outcomes(tmp_path, stall_s=0.02, good=2) == ["failed"]


def test_other_tests_are_never_run_again(tmp_path: Path) -> None:
    assert outcomes(tmp_path, stall_s=1.5, good=2, mark="other") == ["failed"]


def test_a_program_that_crashed_has_a_fault_on_any_machine(tmp_path: Path) -> None:
    why = "it said Traceback (most recent call last)"
    assert outcomes(tmp_path, stall_s=1.5, good=2, why=why) == ["failed"]


def test_there_is_an_end_to_it(tmp_path: Path) -> None:
    assert outcomes(tmp_path, stall_s=1.5, good=RUNS + 1) == ["failed"]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="not on this system")
def test_a_machine_that_stands_still_is_noticed_once() -> None:
    meter = StallMeter()
    meter.worst_s()
    assert meter.process is not None
    meter.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    meter.process.send_signal(signal.SIGCONT)
    assert meter.worst_s() > 0.25
    meter.close()
    assert meter.process.returncode == 0
