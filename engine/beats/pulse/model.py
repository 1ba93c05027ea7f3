"""The onset model: a small recurrent network that says, for many beat lengths at once, where in
the beat a chord falls if the beat lasts so long, whether it does, and whether this is a "one"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.beats.pulse.network import Floats, Recurrent, load_weights

# where in the beat a chord may fall; one more class says "elsewhere"
SLOTS = (0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3)
CLASSES = len(SLOTS) + 1
# files of weights: one for all, and those taught further by what is told: nothing, a hint, taps
GENERAL_MODEL, FREE_MODEL = "onset_model", "free_model"
HINTED_MODEL, COUNTED_MODEL = "hinted_model", "counted_model"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one chord, for each of the beat lengths asked about."""

    places: Floats  # (periods, CLASSES) probabilities
    right: Floats  # (periods,) log odds that the beat lasts so long
    one: Floats  # (periods,) log odds that the chord is a "one", given that it is on a beat


class OnsetModel:
    """Hears chords one by one; keeps what it remembers of them for each beat length."""

    def __init__(self, periods: int, weights: str) -> None:
        """`weights`: `GENERAL_MODEL`, or one taught for what is told."""
        self._w = load_weights(weights)
        self._network = Recurrent(self._w, periods)

    def hear(self, inputs: Floats) -> Opinion:
        """The opinion of one chord from its inputs, (periods, inputs)."""
        out = self._network.step(inputs @ self._w["in"] + self._w["in_bias"])
        places = np.exp(out[:, :CLASSES] - out[:, :CLASSES].max(1, keepdims=True))
        places /= places.sum(1, keepdims=True)
        return Opinion(places, out[:, CLASSES], out[:, CLASSES + 1])
