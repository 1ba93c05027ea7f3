"""Strokes: when the guitar is struck, known some hundredths of a second after it sounds.

What is new in the spectrum against some frames before (spectral flux), measured against how loud
the player has been, peaks where a string is struck. It is causal: one frame after the peak the
stroke is known, and it is stamped back to where it began. Faint peaks that come together are the
strings of a slow strum: their heights add up, and the first of them is when it began.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import exp

import numpy as np

from engine.hearing.novelty import LAG, Novelty
from engine.hearing.spectra import Floats, Spectra
from engine.hearing.velocities import PlayersRange

LEAST, OVER = 0.07, 1.0  # a peak is so high at least, and so many times above the flux before it
MEDIAN_S = 0.5  # that is the median over so long
FAINT, GATHERED_S = 0.03, 0.035  # a faint peak, and how near to each other they are a strum's
APART_S = 0.05  # what comes so soon after a stroke is the same hand's
FADE_S = 0.1  # how fast a stroke stops hiding what is less new than it was
DAMPED = 0.25  # of its attack: a stroke that sounds no louder has been damped
BEGAN_S = 0.0075  # so long before the end of its frame a stroke began


@dataclass(frozen=True, slots=True)
class Stroke:
    """The guitar was struck: seconds of the stream, MIDI velocity."""

    time: float
    velocity: int
    height: float = field(default=0.0, compare=False)  # of its flux above that before it


class OnsetDetector:
    """Hears blocks of samples of one channel and gives back each stroke as it is known."""

    def __init__(self, rate: int, *, gate: float = 0.0, least: float = LEAST) -> None:
        """What is no louder than `gate` (mean amplitude of the bands) is no stroke, nor what
        stands out no more than `least`."""
        self.damped: float | None = None  # when the last stroke was, if these samples tell that
        self._gate, self._least = gate, least
        self._attack: float | None = None  # how loud the last stroke was, while it sounds
        self._rate = rate
        self._spectra = Spectra(rate)
        frame_s = self._spectra.hop / rate
        self._novelty = Novelty(frame_s)
        self._fade, self._apart = frame_s / FADE_S, APART_S / frame_s
        self._flux = deque[float](maxlen=round(MEDIAN_S / frame_s))
        self._loud = deque[float](maxlen=LAG)  # of the last frames
        self._frame = 0  # the number of the last frame
        self._last = float("-inf")  # the frame of the last stroke
        self._struck = 0.0  # and its flux
        self._gathered = GATHERED_S / frame_s
        self._faint = list[tuple[int, float]]()  # the last peaks' frames and heights
        self._range = PlayersRange()

    def hear(self, samples: Floats) -> list[Stroke]:
        """The strokes that are known with these samples."""
        self.damped = None
        strokes = (self._step(bands) for bands in self._spectra.hear(samples))
        return [stroke for stroke in strokes if stroke]

    def _step(self, bands: Floats) -> Stroke | None:
        """Take in a frame; a stroke in the one before it, if there was one."""
        flux = float(self._novelty.hear(bands).mean())
        self._loud.append(self._novelty.loud)
        stroke = self._stroke() if self._is_peak(flux) else None
        self._flux.append(flux)
        self._frame += 1
        self._notice_damping()
        return stroke

    def strike(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds at `time`, seconds of the stream; told before that is heard."""
        self._novelty.strike(time, key, velocity)

    def _is_peak(self, coming: float) -> bool:
        """Whether the last frame stands out, now that the flux of the one after it is known."""
        since = self._frame - 1 - self._last
        if len(self._flux) <= LAG or since <= self._apart:
            return False
        *before, flux = self._flux
        return (
            flux >= coming
            and flux >= max(before[-LAG:])
            and max(self._loud) > self._gate
            and flux > self._struck * exp(-since * self._fade)
            and self._stands_out()
        )

    def _stands_out(self) -> bool:
        """Whether the last frame's peak does, together with the faint ones just before it."""
        now, height = self._frame - 1, self._height()
        if height <= min(FAINT, self._least):
            return False
        near = [one for one in self._faint if now - one[0] <= self._gathered]
        self._faint = [*near, (now, height)]
        return sum(each for _, each in self._faint) > self._least

    def _height(self) -> float:
        """How far the last frame's flux stands out."""
        *before, flux = self._flux
        return flux - OVER * float(np.median(before))

    def _stroke(self) -> Stroke:
        self._last, self._struck = self._frame - 1, self._flux[-1]
        self._attack = max(self._loud)
        began, _ = self._faint[0]
        self._faint = []
        time = (began + 1) * self._spectra.hop / self._rate - BEGAN_S
        velocity = self._range.velocity(max(self._loud))
        return Stroke(max(0.0, time), velocity, self._height())

    def _notice_damping(self) -> None:
        if self._attack is None:
            return
        self._attack = max(self._attack, self._loud[-1])
        if self._loud[-1] < DAMPED * self._attack:
            self._attack = None
            self.damped = self._frame * self._spectra.hop / self._rate
