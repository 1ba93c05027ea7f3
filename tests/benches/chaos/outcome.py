"""What became of a jam: strokes lost, doubled, left on, and what the daemon holds more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benches.burden import Burden
from tests.support.jack.harness import Event, note_on_times

EIGHTH_S = 0.25  # at the tempo of the steady host: Rock strikes each
NEAR_S = 0.1
MOST_MB = 5.0
ROW = "{:<52}{:>8}{:>6}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}  {}"
HEAD = ROW.format(
    "scene", "strokes", "lost", "late", "left on", "doubled", "threads", "handles", "MB", ""
)

Span = tuple[float, float]  # seconds from the guitarist's start


@dataclass(frozen=True)
class Outcome:
    """One scene; `lost` are eighths without a stroke, None where the host tells no even ones.

    `late` are the strokes that the daemon left out, since it got to them more than 20 ms late.
    """

    title: str
    strokes: int
    lost: int | None
    late: int
    left: int
    doubled: int
    grown: Burden

    @property
    def survived(self) -> bool:
        harm = (self.lost or 0, self.left, self.doubled, self.grown.threads, self.grown.handles)
        return self.strokes > 0 and max(harm) <= 0 and self.grown.megabytes <= MOST_MB

    def __str__(self) -> str:
        return ROW.format(
            self.title,
            self.strokes,
            "" if self.lost is None else self.lost,
            self.late,
            self.left,
            self.doubled,
            self.grown.threads,
            self.grown.handles,
            f"{self.grown.megabytes:+.1f}",
            "survived" if self.survived else "HARM",
        )


def lost_eighths(received: Sequence[Event], until: float, no_port: Sequence[Span] = ()) -> int:
    """The eighths without a stroke from the first stroke on; not those while there was no port."""
    struck = {
        round(time / EIGHTH_S)
        for time, _ in note_on_times(received)
        if abs(time / EIGHTH_S - round(time / EIGHTH_S)) * EIGHTH_S < NEAR_S
    }
    if not struck:
        return 0
    wanted = range(min(struck), int((until - NEAR_S) / EIGHTH_S))
    return sum(
        eighth not in struck
        and not any(away <= eighth * EIGHTH_S <= back for away, back in no_port)
        for eighth in wanted
    )
