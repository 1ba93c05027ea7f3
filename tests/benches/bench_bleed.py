"""Drums in the guitarist's microphone: how many strokes are heard right, and what rules would do.

`--data` as for the bench of the ears. A rock beat by drumd's own kit, at the take's true beats, is
mixed in 12 dB below the guitar. Two rules for what begins within 25 ms after a stroke of drumd's
own: ignore all of it, or only what is softer than the player's usual stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from mir_eval import onset
from numpy.typing import NDArray

from drumd.sound.drums import Drums
from drumd.sound.kits.store import load_kit
from engine.hearing.onsets import Stroke
from engine.hearing.velocities import MIDDLE
from tests.benches.bench_ears import NEAR_S, Array, Take, heard, read_takes
from tests.benches.figures import Figure, Options, skipped

BELOW_DB = 12.0
AFTER_S, BEFORE_S = 0.025, 0.006  # a stamp may be a little early
KICK, SNARE, HAT = 36, 38, 42
LOOSE_S, LOOSE = 0.004, 8  # one deviation of the drummer's, in time and in velocity

Rule = Callable[[Stroke, bool], bool]
"""Whether a stroke is left out, and whether a drum of ours began just before it."""
RULES: dict[str, Rule] = {
    "as it is": lambda _, __: False,
    "nothing beside a drum": lambda _, beside: beside,
    "nothing soft beside one": lambda stroke, beside: beside and stroke.velocity < MIDDLE,
}


def run(options: Options) -> Iterator[Figure]:
    found = options.data and (options.data / "audio.json")
    if not found or not found.is_file():
        yield skipped("bleed", "--data FOLDER with audio.json, recordings and bench.json")
        return
    for take in read_takes(found.parent):
        yield Figure(f"{take.name}: strokes F, guitar alone", f_of(take, heard_in(take)))
        drums = beat(take)
        strokes = heard_in(take, rendered(take, drums))
        for name, rule in RULES.items():
            kept = [one for one in strokes if not rule(one, is_beside(one, drums))]
            lost = [one for one in strokes if one not in kept and is_true(one, take)]
            f = f"{f_of(take, kept):.2f} ({len(lost)} of {len(take.strokes)} true ones left out)"
            yield Figure(f"{take.name}: with drums, {name}", f)


def beat(take: Take) -> list[tuple[float, int, int]]:
    """Seconds, key, velocity: kick, snare, and hats in eighths."""
    rng, eighth = np.random.default_rng(0), float(np.median(np.diff(take.beats))) / 2
    plan = [
        (at + after, key, velocity)
        for number, at in enumerate(take.beats)
        for after, key, velocity in (
            (0.0, SNARE if number % 2 else KICK, 100),
            (0.0, HAT, 80),
            (eighth, HAT, 60),
        )
    ]
    return [
        (max(0.0, at + rng.normal(0, LOOSE_S)), key, round(velocity + rng.normal(0, LOOSE)))
        for at, key, velocity in plan
    ]


def rendered(take: Take, strokes: list[tuple[float, int, int]]) -> Array:
    """The drums as they come into the microphone, as long as the take."""
    drums = Drums(load_kit("rock", take.rate))
    for at, key, velocity in sorted(strokes):
        drums.strike(key, velocity, round(at * take.rate))
    sound = drums.block(len(take.samples)).mean(1)
    level = np.sqrt(np.square(take.samples).mean() / np.square(sound).mean())
    return np.asarray(10 ** (-BELOW_DB / 20) * level * sound, np.float32)


def heard_in(take: Take, beside: Array | None = None) -> list[Stroke]:
    return heard(take.samples if beside is None else take.samples + beside, take.rate)[0]


def is_beside(stroke: Stroke, drums: list[tuple[float, int, int]]) -> bool:
    return any(-BEFORE_S < stroke.time - at < AFTER_S for at, _, _ in drums)


def is_true(stroke: Stroke, take: Take) -> bool:
    return bool(np.abs(take.strokes - stroke.time).min() < NEAR_S)


def f_of(take: Take, strokes: list[Stroke]) -> float:
    times: NDArray[np.float64] = np.array([one.time for one in strokes])
    return float(onset.f_measure(take.strokes, times, NEAR_S)[0])
