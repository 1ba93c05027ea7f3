"""Variations of what a guitar played, so that the drummer learns to hear past them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.encoding.preprocess import Window

PITCH_RANGE = (28, 96)  # a transposed part stays inside
MOST_DROPPED = 0.4  # share of the notes
WIDEST_JITTER = 0.03  # beats, standard deviation
LOUDER = (0.6, 1.25)


@dataclass(frozen=True, slots=True)
class VarySettings:
    """How often a window is varied, and how far."""

    transpose: int = 4  # semitones up or down
    thin: float = 0.2  # share of windows that lose some of their notes
    loosen: float = 0.3  # share of windows whose onsets are played less evenly
    louder: float = 0.5  # share of windows that are played softer or louder


def vary(window: Window, settings: VarySettings, rng: np.random.Generator) -> Window:
    """The window as another player might have played it; the known part of it stays known."""
    count = len(window)
    onset, pitch, velocity = window.onset, window.pitch, window.velocity
    shift = int(rng.integers(-settings.transpose, settings.transpose + 1))
    thin, loosen, louder = rng.random(3) < (settings.thin, settings.loosen, settings.louder)
    if not count:
        return window
    if pitch.min() + shift >= PITCH_RANGE[0] and pitch.max() + shift <= PITCH_RANGE[1]:
        pitch = pitch + shift
    if loosen:
        spread = rng.uniform(0, WIDEST_JITTER)
        moved = onset + spread * rng.standard_normal(count).astype(np.float32)
        onset = np.minimum(moved, max(0.0, float(onset.max())))
    if louder:
        velocity = np.clip(velocity * np.float32(rng.uniform(*LOUDER)), 1 / 127, 1)
    kept = np.ones(count, bool)
    if thin:
        kept = rng.random(count) >= rng.uniform(0, MOST_DROPPED)
    order = np.flatnonzero(kept)[np.argsort(onset[kept], kind="stable")]
    return Window(
        onset=onset[order].astype(np.float32),
        duration=window.duration[order],
        pitch=pitch[order],
        velocity=velocity[order].astype(np.float32),
    )
