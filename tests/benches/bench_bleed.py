"""Drums in the guitarist's microphone: how many strokes are heard right when drumd's own are known.

`--data` as for the bench of the ears. A rock beat and a busy one by drumd's own kit, at the take's
true beats, are mixed in 12 dB below the guitar; and the rock beat 6 dB below it, 80 ms late, as by
way of a slow sound card. On a cable nothing of them is heard, and knowing them must do no harm; nor
where a guitar strums each eighth that the hat plays, by a hand that is 10 ms off (one deviation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from mir_eval import onset
from numpy.typing import NDArray

from drumd.sound.drums import Drums
from drumd.sound.kits.store import load_kit
from drumd.sound.strings.plucks import ACOUSTIC
from engine.hearing.onsets import OnsetDetector, Stroke
from tests.benches.bench_ears import BLOCK, NEAR_S, Array, Take, read_takes
from tests.benches.figures import Figure, Options, skipped
from tests.support.plucked import plucked

BELOW_DB, LOUDER_DB, LATE_S = 12.0, 6.0, 0.08
TOLD_S = 0.02  # before a drum sounds
KICK, SNARE, HAT, FOOT, RIDE = 36, 38, 42, 44, 51
LOOSE_S, LOOSE = 0.004, 8  # one deviation of the drummer's, in time and in velocity

Strokes = list[tuple[float, int, int]]
"""Seconds, key, velocity."""


def run(options: Options) -> Iterator[Figure]:
    yield eighths()
    found = options.data and (options.data / "audio.json")
    if not found or not found.is_file():
        yield skipped("bleed", "--data FOLDER with audio.json, recordings and bench.json")
        return
    for take in read_takes(found.parent):
        rock, busy = beat(take), busy_beat(take)
        alone = f_of(take, heard_in(take.samples, take.rate))
        cable = f_of(take, heard_in(take.samples, take.rate, rock))
        yield Figure(f"{take.name}: strokes F, guitar alone", alone)
        yield Figure(f"{take.name}: on a cable, drums known", cable, alone, more_is_better=True)
        for name, strokes, below_db, late_s in (
            ("rock", rock, BELOW_DB, 0.0),
            ("busy", busy, BELOW_DB, 0.0),
            ("rock, louder and late", rock, LOUDER_DB, LATE_S),
        ):
            mixed = take.samples + rendered(take.samples, take.rate, strokes, below_db, late_s)
            told = f_of(take, heard_in(mixed, take.rate, strokes))
            untold = f_of(take, heard_in(mixed, take.rate))
            yield Figure(f"{take.name}: with drums, {name}", f"{untold:.3f}, known {told:.3f}")


def eighths() -> Figure:
    """The share of strums that are heard where each falls on a stroke of the hat."""
    rng, rate, step = np.random.default_rng(0), 44_100, 0.25
    grid = 1 + step * np.arange(80)
    struck = grid + rng.normal(0, 0.01, len(grid))
    chords = ((40, 47, 52, 56, 59, 64), (45, 52, 57, 60, 64), (43, 47, 50, 55, 59, 67))
    notes = [
        (at + 0.004 * string, pitch, int(rng.normal(70, 10)), step)
        for k, at in enumerate(struck)
        for string, pitch in enumerate(chords[k // 16 % 3])
    ]
    guitar = plucked(notes, grid[-1] + 1, rate, ACOUSTIC)
    drums = [(at + rng.normal(0, LOOSE_S), HAT, int(rng.normal(70, LOOSE))) for at in grid]
    drums += [(at, (KICK, SNARE)[k % 2], 100) for k, at in enumerate(grid[::2])]
    mixed = guitar + rendered(guitar, rate, drums, BELOW_DB, 0.0)
    shares = [
        float(onset.f_measure(struck, times(heard_in(sound, rate, told)), NEAR_S)[2])
        for sound, told in ((mixed, []), (mixed, drums), (guitar, drums))
    ]
    found = "{:.2f}, known {:.2f}, on a cable {:.2f}".format(*shares)
    return Figure("strums with each stroke of the hat: share heard", found)


def beat(take: Take) -> Strokes:
    """Kick, snare, and hats in eighths."""
    eighth = float(np.median(np.diff(take.beats))) / 2
    return played(
        (at + after, key, velocity)
        for number, at in enumerate(take.beats)
        for after, key, velocity in (
            (0.0, SNARE if number % 2 else KICK, 100),
            (0.0, HAT, 80),
            (eighth, HAT, 60),
        )
    )


def busy_beat(take: Take) -> Strokes:
    """A ride that swings, a soft kick, ghost notes, the hat by foot on two and four."""
    period = float(np.median(np.diff(take.beats)))
    return played(
        (at + after * period, key, velocity)
        for number, at in enumerate(take.beats)
        for after, key, velocity in (
            (0.0, RIDE, 85),
            (0.0, KICK, 45),
            (0.5, SNARE, 35),
            *(((2 / 3, RIDE, 65), (0.0, FOOT, 70)) if number % 2 else ()),
        )
    )


def played(plan: Iterable[tuple[float, int, int]]) -> Strokes:
    """As a drummer plays it, in order of time."""
    rng = np.random.default_rng(0)
    return sorted(
        (max(0.0, at + rng.normal(0, LOOSE_S)), key, round(velocity + rng.normal(0, LOOSE)))
        for at, key, velocity in plan
    )


def rendered(guitar: Array, rate: int, strokes: Strokes, below_db: float, late_s: float) -> Array:
    """The drums as they come into the microphone, as long as the guitar's sound."""
    drums = Drums(load_kit("rock", rate))
    for at, key, velocity in sorted(strokes):
        drums.strike(key, velocity, round((at + late_s) * rate))
    sound = drums.block(len(guitar)).mean(1)
    level = np.sqrt(np.square(guitar).mean() / np.square(sound).mean())
    return np.asarray(10 ** (-below_db / 20) * level * sound, np.float32)


def heard_in(
    samples: Array, rate: int, drums: Sequence[tuple[float, int, int]] = ()
) -> list[Stroke]:
    """The strokes, where the detector is told of each drum a little before it sounds."""
    detector, strokes, coming = OnsetDetector(rate), list[Stroke](), sorted(drums)
    for begin in range(0, len(samples), BLOCK):
        while coming and coming[0][0] < begin / rate + TOLD_S:
            detector.strike(*coming.pop(0))
        strokes += detector.hear(samples[begin : begin + BLOCK])
    return strokes


def times(strokes: list[Stroke]) -> NDArray[np.float64]:
    return np.array([one.time for one in strokes])


def f_of(take: Take, strokes: list[Stroke]) -> float:
    return float(onset.f_measure(take.strokes, times(strokes), NEAR_S)[0])
