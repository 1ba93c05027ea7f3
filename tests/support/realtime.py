"""Tests marked `realtime` are run again if they failed while the machine itself stood still.

What is judged by the clock cannot be judged then. A failure on a machine that ran stays one, and so
does a program that crashed; each run that was not counted is told in the summary.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from _pytest.runner import runtestprotocol

PLAY_LIVE = ("jack", "link", "ardour")  # marks of what is always in real time
STALL_S = 0.1  # a hit as late as this is dropped, and a test must fail by it
RUNS = 3
CRASH = "Traceback (most recent call last)"  # is no matter of time


class RunAgain:
    """A plugin; `worst_s` says for how long the machine stood still since it was asked last."""

    def __init__(self, worst_s: Callable[[], float]) -> None:
        self._worst_s = worst_s
        self.uncounted: list[str] = []

    @pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if any(item.get_closest_marker(mark) for mark in PLAY_LIVE):
                item.add_marker("realtime")

    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        if not item.get_closest_marker("realtime"):
            return None  # as pytest runs it
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._counted_run(item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _counted_run(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> list[pytest.TestReport]:
        for left in reversed(range(RUNS)):
            self._worst_s()
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
            stall_s = self._worst_s()
            said = "\n".join(report.longreprtext for report in reports if report.failed)
            if not said or CRASH in said or not left or stall_s < STALL_S:
                break
            told = [line for line in said.splitlines() if line.startswith("E ")]
            self.uncounted.append("\n".join([f"{item.nodeid} ({stall_s:.2f} s)", *told]))
            item.session._setupstate.teardown_exact(None)  # servers are started anew
        return reports

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.uncounted:
            terminalreporter.section("run again, for the machine stood still")
            for line in self.uncounted:
                terminalreporter.write_line(line)
