"""What kind of drumming it is, one number at a time, to be held against the true drums'.

Conventions
-----------
- All numbers are of one song. Repeats, fills, feel, touch and copying are told in their own
  modules. Where the manifest does not tell a song's feel, that of its true drums is taken.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from engine.evaluation.measures.copying import copied
from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.measures.feel import STRAIGHT, SWUNG, feel_right, swing_ratio, swings
from engine.evaluation.measures.fills import fills
from engine.evaluation.measures.repeats import repeats, repeats_two, toms_at_turn
from engine.evaluation.measures.touch import touch


@dataclass(frozen=True, slots=True)
class StyleFigures:
    """The style of one player in one song."""

    hits_per_bar: float
    repeats: float | None
    repeats_two: float | None
    toms_at_turn: float | None
    fills: float
    fills_at_phrase_end: float | None
    crash_after_fill: float | None
    fill_f1: float | None
    swing_ratio: float | None
    feel_right: float | None
    velocity: float | None
    velocity_spread: float | None
    velocity_error: float | None
    timing_spread_ms: float | None
    timing_error_ms: float | None
    copied: float | None


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a song beside its notes."""

    feel: str = ""  # as the manifest tells it
    has_dynamics: bool = True  # the velocities of its true drums vary


def style(
    truth: Drumming, answer: Drumming, about: About, known: Collection[bytes] = ()
) -> StyleFigures:
    """The style of an answer; `known` are the two-bar patterns of training, if there are any."""
    return StyleFigures(
        hits_per_bar=float(answer.roll().sum() / len(answer.bars)),
        repeats=repeats(answer),
        repeats_two=repeats_two(answer),
        toms_at_turn=toms_at_turn(truth, answer),
        swing_ratio=swing_ratio(answer),
        feel_right=feel_right(answer, about.feel or _feel_of(truth)),
        copied=copied(answer, known) if known else None,
        **asdict(fills(truth, answer)),
        **asdict(touch(truth, answer, has_dynamics=about.has_dynamics)),
    )


def _feel_of(drums: Drumming) -> str:
    swung = swings(drums)
    return "" if swung is None else SWUNG if swung else STRAIGHT
