"""What the measures are called where people read them, and how their numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.evaluation.hit_metrics import Mean

Write = Callable[[float], str]


def plain(digits: int) -> Write:
    return lambda value: f"{value:.{digits}f}"


def signed(digits: int) -> Write:
    return lambda value: f"{value:+.{digits}f}"


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def signed_percent(value: float) -> str:
    return f"{100 * value:+.0f} %"


@dataclass(frozen=True, slots=True)
class Label:
    """One measure in words."""

    text: str
    write: Write


STYLE = {
    "hits_per_bar": Label("hits a bar", plain(1)),
    "repeats": Label("bars equal to the one before", percent),
    "repeats_two": Label("bars equal to the second one before", percent),
    "toms_at_turn": Label("last bars of eight with toms", percent),
    "fills": Label("bars that are fills", percent),
    "fills_at_phrase_end": Label("fills in the last bar of four", percent),
    "crash_after_fill": Label("crash after a fill", percent),
    "fill_f1": Label("fills where the true ones are, F1", plain(2)),
    "swing_ratio": Label("swing ratio", plain(2)),
    "feel_right": Label("feel right, songs", percent),
    "velocity": Label("velocity, mean", plain(2)),
    "velocity_spread": Label("velocity, spread", plain(3)),
    "velocity_error": Label("velocity, error on matched hits", plain(3)),
    "timing_spread_ms": Label("micro-timing, spread (ms)", plain(1)),
    "timing_error_ms": Label("micro-timing, error (ms)", plain(1)),
    "copied": Label("two-bar patterns copied from training", percent),
}
LIKELIHOOD = {
    "primed": Label("bits a bar, primed, own guitar", plain(2)),
    "primed_other": Label("bits a bar, primed, other guitar", plain(2)),
    "worth_primed": Label("what the guitar is worth, primed", signed(2)),
    "unprimed": Label("bits a bar, unprimed, own guitar", plain(2)),
    "unprimed_other": Label("bits a bar, unprimed, other guitar", plain(2)),
    "worth_unprimed": Label("what the guitar is worth, unprimed", signed(2)),
    "picked": Label("the right guitar among ten, by 16 bars", percent),
    "picked_bars": Label("the right guitar among ten, by one bar", percent),
}

IDEAS = {
    "first": Label("first idea, hit F1", plain(3)),
    "best": Label("best of all, hit F1", plain(3)),
    "alike": Label("how alike they are, F1 between pairs", plain(2)),
}
KEEPER = {
    "right": Label("keeper of time right, songs", percent),
    "found": Label("of the songs that no closed hat keeps", percent),
}
RETURNS = {
    "alike": Label("drums where a riff returns, F1 with then", plain(2)),
    "elsewhere": Label("drums where the guitar is another", plain(2)),
    "memory": Label("the one less the other", signed(2)),
}
JUDGED = {
    "struck": "what is struck, nine voices",
    "struck_kit": "what is struck, whole kit",
    "touch": "velocity and micro-timing, same strokes",
    "drummers": "velocity and micro-timing, the strokes of human drummers",
    "struck_rock": "the rock beat, for comparison",
}


def interval(mean: Mean | None, write: Write) -> str:
    """The mean and its interval; a dash where no song has the number."""
    if mean is None:
        return "-"
    return f"{write(mean.mean)} [{write(mean.low)}, {write(mean.high)}]"


def number(mean: Mean | None, write: Write) -> str:
    """The mean alone; a dash where no song has the number."""
    return "-" if mean is None else write(mean.mean)
