"""A groove: what a drummer keeps to through a song, one to four bars, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import Floats, pattern_grid
from engine.music.grid import STEPS_PER_BEAT, steps_in
from engine.music.kit import Voice
from engine.music.loop import bar_of
from engine.music.notes import Metre, Pattern
from engine.music.wishes import Feel

MOST_BARS = 4
WRITTEN = "written for drumd"  # the source of a groove that is nobody's
KEEPERS: dict[Voice, str] = {
    Voice.CLOSED_HAT: "closed hat",
    Voice.OPEN_HAT: "open hat",
    Voice.HALF_OPEN_HAT: "half-open hat",
    Voice.RIDE: "ride",
    Voice.RIDE_BELL: "ride bell",
    Voice.PEDAL_HAT: "pedal hat",
    Voice.CRASH: "crash",
    Voice.SHAKER: "shaker",
    Voice.TAMBOURINE: "tambourine",
    Voice.COWBELL: "cowbell",
    Voice.LOW_TOM: "toms",
    Voice.MID_TOM: "toms",
    Voice.HIGH_TOM: "toms",
}
BACKBEAT = (Voice.SNARE, Voice.SIDE_STICK, Voice.CLAP)
_HALF, _TRIPLETS = 3, (2, 4)  # slots of a beat
_LEAST_A_BEAT = 0.5  # strokes of a voice that keeps time


@dataclass(frozen=True, slots=True)
class Groove:
    """One to four bars of drums with their touch, and where they are known from."""

    pattern: Pattern  # of all bars
    metre: Metre
    style: str = ""  # a name of engine.music.wishes.Style, where its songs agree on one
    bpm: tuple[float, float] = (60.0, 200.0)  # the middle half of the songs that play it
    source: str = "given"
    songs: int = 1  # how many groups of songs share it
    called: str = ""  # a name of its own, where it has one

    def __post_init__(self) -> None:
        bars = self.pattern.beats / self.metre.beats
        if not 1 <= round(bars) <= MOST_BARS or abs(bars - round(bars)) > 1e-6:
            raise ValueError(f"a groove has one to {MOST_BARS} bars, not {bars:g}")

    @property
    def bars(self) -> int:
        return round(self.pattern.beats / self.metre.beats)

    def grid(self) -> Floats:
        """The groove as drum grids, (bars, steps, V, 3)."""
        steps = steps_in(self.metre.beats)
        return pattern_grid(self.pattern, self.bars * steps).reshape(self.bars, steps, -1, 3)

    def bar(self, number: int) -> Pattern:
        """The bar of the groove that bar `number` of a song keeps to."""
        return bar_of(self.pattern, self.metre.beats, number)

    @property
    def density(self) -> float:
        """Strokes a beat."""
        return len(self.pattern.hits) / self.pattern.beats

    @property
    def feel(self) -> Feel:
        return feel_of(self.grid())

    @property
    def keeper(self) -> Voice | None:
        return keeper_of(self.grid())

    @property
    def name(self) -> str:
        """What it is, in a few words: "half-time rock, ride"."""
        if self.called:
            return self.called
        grid = self.grid()
        keeper = keeper_of(grid)
        swung = "swung" if feel_of(grid) is Feel.SWUNG else ""
        words = [_time(grid, self.metre), swung, self.style]
        first = " ".join(word for word in words if word) or "straight beat"
        return f"{first}, {_keeping(grid, keeper)}"


def feel_of(grid: Floats) -> Feel:
    """The feel of bars of drums, (bars, t, V, 3)."""
    return feel_of_slots(slots_struck(grid[..., 0] > 0))


def slots_struck(struck: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How often anything is struck on each slot of a beat in (bars, t, V), (STEPS_PER_BEAT,)."""
    steps = np.nonzero(struck.any(axis=-1))[-1]
    return np.bincount(steps % STEPS_PER_BEAT, minlength=STEPS_PER_BEAT)


def feel_of_slots(slots: NDArray[np.integer]) -> Feel:
    """Straight, swung (the second eighth late, on the last triplet) or in triplets."""
    half, first, last = (int(slots[slot]) for slot in (_HALF, *_TRIPLETS))
    if first + last <= half:
        return Feel.STRAIGHT
    return Feel.TRIPLETS if first > last / 3 else Feel.SWUNG


def keeper_of(grid: Floats) -> Voice | None:
    """The voice that keeps time, of cymbals and the like the one struck most; (..., t, V, 3)."""
    strokes = (grid[..., 0] > 0).reshape(-1, grid.shape[-2]).sum(axis=0)
    beats = grid[..., 0, 0].size / STEPS_PER_BEAT
    voice = max(KEEPERS, key=lambda one: (strokes[one], -one))
    return voice if strokes[voice] >= _LEAST_A_BEAT * beats else None


def _keeping(grid: Floats, keeper: Voice | None) -> str:
    if keeper is None:
        return "sparse"
    bars, steps = grid.shape[0], grid.shape[1]
    a_beat = (grid[..., keeper, 0] > 0).sum() / (bars * steps / STEPS_PER_BEAT)
    how = "sixteenths on " if a_beat > 3 else "quarters on " if a_beat < 1.2 else ""
    stick = grid[..., Voice.SIDE_STICK, 0].any() and not grid[..., Voice.SNARE, 0].any()
    return how + KEEPERS[keeper] + (" and side stick" if stick else "")


def _time(grid: Floats, metre: Metre) -> str:
    """Half-time, double-time or four on the floor in 4/4; the metre's name elsewhere."""
    if metre != Metre(4, 4):
        return str(metre)
    beats = _struck_on_beats(grid, BACKBEAT)
    kicks = _struck_on_beats(grid, (Voice.KICK,))
    offs = (grid[:, _HALF::STEPS_PER_BEAT][:, :, list(BACKBEAT), 0] > 0).any(axis=2).mean()
    kicks_a_bar = (grid[..., Voice.KICK, 0] > 0).sum() / len(grid)
    if kicks.min() > 0.9 and kicks_a_bar < 6 and beats[1] > 0.5 and beats[0] < 0.3:
        return "four on the floor"
    if beats[2] > 0.5 and max(beats[1], beats[3]) < 0.3:
        return "half-time"
    return "double-time" if offs > 0.7 and beats.max() < 0.5 else ""


def _struck_on_beats(grid: Floats, voices: tuple[Voice, ...]) -> NDArray[np.float64]:
    """The share of bars in which one of the voices is struck on each beat, (beats,)."""
    on: NDArray[np.bool_] = grid[:, ::STEPS_PER_BEAT][:, :, list(voices), 0] > 0
    return np.asarray(on.any(axis=2).mean(axis=0), np.float64)
