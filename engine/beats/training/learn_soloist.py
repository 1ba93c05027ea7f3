"""Counts where in the beat soloists' notes fall.

`python -m engine.beats.training.learn_soloist SOLOS MODEL.json`: SOLOS are records with the
band's beats; only those to learn from are counted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from engine.beats.pulse.chords import chords_of
from engine.beats.pulse.soloist import GRID, LONGEST, TEMPOS, THINNED
from engine.beats.training.conditions import Array
from engine.beats.training.parts import KnownPart
from engine.beats.training.performances import position_in
from engine.beats.training.solos import known_solos
from engine.beats.training.weight_files import write

NEAR_TEMPO = 0.12  # one deviation of the log: solos that a table counts
BLUR = 1.5  # cells, one deviation
DOUBT = 30.0  # notes without a place that are counted with the others
LOUDEST = 3.0  # log odds
LEAST = 1e-3  # notes after any gap, and in any cell
GAPS = GRID * LONGEST
ABOUT = (
    "Where soloists' notes fall, counted by engine/beats/training/learn_soloist.py on solos of the"
    " Weimar Jazz Database (Jazzomat project, ODbL-1.0)."
)
_PHASES = np.arange(GRID)


def places_of(solo: KnownPart) -> tuple[float, Array]:
    """The solo's tempo, and the position in beats of each of its notes."""
    part = solo.part
    notes = zip(part.time.tolist(), part.pitch.tolist(), part.velocity.tolist(), strict=True)
    times = np.array([chord.time for chord in chords_of(notes)])
    return 60 / float(np.median(np.diff(part.beats))), position_in(part.beats, times)


def odds_of(solos: list[tuple[float, Array]], bpm: float) -> Array:
    """Log odds (GAPS + 1, GRID) of the gap before a note and its phase, near a tempo."""
    counts, before = np.zeros((GAPS + 1, GRID)), np.zeros(GRID)
    for tempo, places in solos:
        weight = np.exp(-0.5 * (np.log(tempo / bpm) / NEAR_TEMPO) ** 2)
        gaps = np.clip(np.rint(np.diff(places) * GRID), 0, GAPS).astype(int)
        phases = (places % 1 * GRID).astype(int) % GRID
        np.add.at(counts, (gaps, phases[1:]), weight)
        np.add.at(before, phases[:-1], weight)
    counts, before = _blurred_phase(counts), _blurred_phase(before[None])[0]
    counts[:GAPS] = _blurred_gap(counts[:GAPS])
    # The phase before is told by the gap and the phase after, unless the gap is long.
    started = before[(_PHASES - np.arange(GAPS + 1)[:, None]) % GRID] + LEAST
    started[GAPS] = started.mean()
    counts += LEAST * started / started.sum(1, keepdims=True)
    usual = counts.sum(1, keepdims=True) / counts.sum()
    doubt = DOUBT / GRID
    odds = np.log((counts + doubt * usual) / (started + doubt) / usual)
    return np.asarray(np.clip(odds, -LOUDEST, LOUDEST))


def _blurred_phase(counts: Array) -> Array:
    away = np.minimum(_PHASES, GRID - _PHASES)
    kernel = np.exp(-0.5 * (away / BLUR) ** 2)
    waves = np.fft.rfft(counts, axis=1) * np.fft.rfft(kernel / kernel.sum())
    return np.maximum(np.fft.irfft(waves, GRID, axis=1), 0)


def _blurred_gap(counts: Array) -> Array:
    away = np.arange(len(counts))[:, None] - np.arange(len(counts))
    kernel = np.exp(-0.5 * (away / BLUR) ** 2)
    return np.asarray(kernel / kernel.sum(0).max() @ counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("solos", type=Path)
    parser.add_argument("model", type=Path)
    asked = parser.parse_args()
    solos = [places_of(solo) for solo in known_solos(asked.solos)]
    odds = np.stack([odds_of(solos, bpm) for bpm in TEMPOS])[:, ::THINNED, ::THINNED]
    write({"odds": odds}, ABOUT, asked.model)
    print(f"{sum(len(places) for _, places in solos)} notes of {len(solos)} solos")  # noqa: T201


if __name__ == "__main__":
    main()
