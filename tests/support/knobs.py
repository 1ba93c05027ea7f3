"""How well a knob is heard: the drums of a few guitar parts over a sweep of its values.

The parts are of our own making, in several tempos and feels, eight bars each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from engine.inference.accompany import Drummer, accompany
from engine.music.notes import Hit, Metre, Note
from engine.music.song import Bar
from engine.music.wishes import Wishes

BARS, BEATS = 8, 4.0
VALUES = tuple(step / 8 for step in range(9))
Heard = Callable[[Sequence[Hit]], float]


@dataclass(frozen=True, slots=True)
class KnobPart:
    """A guitar part: the onsets of one bar, played again and again."""

    name: str
    bpm: float
    onsets: tuple[float, ...]  # beats
    pitches: tuple[int, ...]
    velocity: int = 90

    def notes(self) -> list[Note]:
        places = [bar * BEATS + onset for bar in range(BARS) for onset in self.onsets]
        return [
            Note(at, 0.4, self.pitches[number % len(self.pitches)], self.velocity)
            for number, at in enumerate(places)
        ]

    def bars(self) -> list[Bar]:
        return [Bar(bar * BEATS, BEATS, Metre(), self.bpm) for bar in range(BARS)]


PARTS = (
    KnobPart("eighths", 126.0, tuple(step / 2 for step in range(8)), (45, 45, 52, 45, 48, 50)),
    KnobPart("chords", 92.0, (0.0, 1.5, 2.0, 3.5), (52, 55, 57)),
    KnobPart("ballad", 70.0, (0.0, 1.0, 2.0, 2.5, 3.0), (48, 55, 60, 64, 60), 60),
    KnobPart("sixteenths", 104.0, (0.0, 0.25, 0.75, 1.5, 1.75, 2.25, 3.0, 3.25), (40, 40, 43, 47)),
    KnobPart(
        "shuffle", 112.0, tuple(beat + off for beat in range(4) for off in (0, 2 / 3)), (45, 52)
    ),
)


def strokes(hits: Sequence[Hit]) -> float:
    """Strokes a beat."""
    return len(hits) / (BARS * BEATS)


def loudness(hits: Sequence[Hit]) -> float:
    """The mean velocity."""
    return mean(hit.velocity for hit in hits)


def sweep(drummer: Drummer, part: KnobPart, knob: str, heard: Heard) -> list[float]:
    """What is heard at each of VALUES."""
    return [
        heard(accompany(part.notes(), part.bars(), drummer, wishes=_set(knob, value)).hits)
        for value in VALUES
    ]


def spearman(heard: Sequence[float]) -> float:
    """The rank correlation with VALUES; equal values share their ranks."""
    ranks = [mean(place for place, one in enumerate(sorted(heard)) if one == x) for x in heard]
    middle = (len(ranks) - 1) / 2
    along = sum((rank - middle) * (place - middle) for place, rank in enumerate(ranks))
    spread = sum((rank - middle) ** 2 for rank in ranks)
    whole = sum((place - middle) ** 2 for place in range(len(ranks)))
    return along / (spread * whole) ** 0.5 if spread else 0.0


def _set(knob: str, value: float) -> Wishes:
    return Wishes(density=value) if knob == "density" else Wishes(intensity=value)
