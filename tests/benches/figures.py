"""What a bench gives: figures with their goals, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What the benches were asked for."""

    data: Path | None = None  # a folder of MIDI songs, for the musical figures
    long: bool = False  # the ten-minute runs too
    beats: Path | None = None  # guitar parts with their true beats, as `drumd beats` reads them


@dataclass(frozen=True)
class Figure:
    """One measured value; `goal` is the most it should be, or the least where more is better."""

    name: str
    value: float | str
    goal: float | None = None
    unit: str = ""
    more_is_better: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is nothing to reach."""
        if self.goal is None or isinstance(self.value, str):
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


def skipped(name: str, needs: str) -> Figure:
    """A figure that cannot be measured with what is there."""
    return Figure(name, f"skipped: needs {needs}")


def line(figure: Figure) -> str:
    """A figure as a row of the table."""
    value = figure.value if isinstance(figure.value, str) else f"{figure.value:.5g} {figure.unit}"
    goal = ""
    if figure.goal is not None:
        goal = f"{'at least' if figure.more_is_better else 'at most'} {figure.goal:g}"
    verdict = {True: "reached", False: "MISSED", None: ""}[figure.reached]
    return f"{figure.name:<58} {value:<22} {goal:<14} {verdict}".rstrip()


def document(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """The figures as values for JSON."""
    return [
        {"name": f.name, "value": f.value, "goal": f.goal, "unit": f.unit, "reached": f.reached}
        for f in figures
    ]
