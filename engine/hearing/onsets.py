"""Strokes: when the guitar is struck, known some hundredths of a second after it sounds.

What is new in the spectrum against some frames before (spectral flux), measured against how loud
the player has been, peaks where a string is struck. Whether a peak is a stroke is told by the
evidence around it. It is causal: one frame after the peak the stroke is known, and it is stamped
back to where it began: with the first of the faint peaks that are the strings of a slow strum.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from engine.hearing.evidence import Evidence
from engine.hearing.novelty import LAG, Novelty
from engine.hearing.spectra import Floats, Spectra
from engine.hearing.strums import Strum, StrumReader
from engine.hearing.velocities import PlayersRange

LEAST, FAINT = 0.01, 0.03  # how high a peak is at least, and one that may begin a strum
USUAL_S = 0.5  # the height is above the median flux over so long before it
GATHERED_S = 0.035  # how near to each other faint peaks are one strum's
OURS = 1.0  # the log odds that a peak must have while a drum of ours sounds
APART_S = 0.05  # what comes so soon after a stroke is the same hand's
DAMPED = 0.25  # of its attack: a stroke that sounds no louder has been damped
BEGAN_S = 0.0075  # so long before the end of its frame a stroke began


@dataclass(frozen=True, slots=True)
class Stroke:
    """The guitar was struck: seconds of the stream, MIDI velocity. A slur (a hammer-on, a pull-off,
    a slide) is one that no pick made, and is known later."""

    time: float
    velocity: int
    slurred: bool = False


class OnsetDetector:
    """Hears blocks of samples of one channel and gives back each stroke as it is known."""

    def __init__(
        self,
        rate: int,
        *,
        gate: float = 0.0,
        evidence: Evidence | None = None,
        reader: StrumReader | None = None,
    ) -> None:
        """What is no louder than `gate` (mean amplitude of the bands) is no stroke; `evidence`
        judges instead of what was learnt; `reader` reads strums, if it is given."""
        self.damped: float | None = None  # when the last stroke was, if these samples tell that
        self.strums = list[Strum]()  # that are known with these samples
        self._gate = gate
        self._attack: float | None = None  # how loud the last stroke was, while it sounds
        self._rate = rate
        self._spectra = Spectra(rate)
        frame_s = self._spectra.hop / rate
        self._novelty = Novelty(frame_s)
        self._evidence = evidence or Evidence(self._spectra.hz)
        self._reader = reader
        self._apart, self._gathered = APART_S / frame_s, GATHERED_S / frame_s
        self._flux = deque[float](maxlen=round(USUAL_S / frame_s))
        self._loud = deque[float](maxlen=LAG)  # of the last frames
        self._ours = deque[bool](maxlen=LAG)  # whether a drum of ours sounded in them
        self._frame = 0  # the number of the last frame
        self._last = float("-inf")  # the frame of the last stroke
        self._faint = list[int]()  # the frames of the last peaks
        self._range = PlayersRange()

    def hear(self, samples: Floats) -> list[Stroke]:
        """The strokes that are known with these samples."""
        self.damped, self.strums = None, []
        strokes = (self._step(bands) for bands in self._spectra.hear(samples))
        return [stroke for stroke in strokes if stroke]

    def _step(self, bands: Floats) -> Stroke | None:
        """Take in a frame; a stroke in the one before it, if there was one."""
        new = self._novelty.hear(bands)
        flux = float(new.mean())
        self._evidence.hear(self._novelty.relative)
        self._loud.append(self._novelty.loud)
        self._ours.append(self._novelty.ours)
        stroke = self._stroke() if self._is_stroke(flux) else None
        self._flux.append(flux)
        self._frame += 1
        if self._reader:
            self.strums += self._reader.hear(new)
        self._notice_damping()
        return stroke

    def strike(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds at `time`, seconds of the stream; told before that is heard."""
        self._novelty.strike(time, key, velocity)

    def _is_stroke(self, coming: float) -> bool:
        """Whether the last frame is one, now that the flux of the one after it is known."""
        if len(self._flux) <= LAG:
            return False
        *before, flux = self._flux
        if flux < max(coming, *before[-LAG:]):
            return False
        usual = float(np.median(before))
        self._gather(flux - usual)
        return (
            flux - usual > LEAST
            and self._frame - 1 - self._last > self._apart
            and max(self._loud) > self._gate
            and self._evidence.log_odds(flux - usual, usual, before) > OURS * any(self._ours)
        )

    def _gather(self, height: float) -> None:
        """Keep the peaks that may be one strum's: near to the last frame's, and itself."""
        now = self._frame - 1
        self._faint = [frame for frame in self._faint if now - frame <= self._gathered]
        if height > FAINT:
            self._faint.append(now)

    def _stroke(self) -> Stroke:
        self._last = self._frame - 1
        self._attack = max(self._loud)
        began = min(self._faint, default=self._last)
        time = max(0.0, (began + 1) * self._spectra.hop / self._rate - BEGAN_S)
        if self._reader:
            self._reader.strike(began, time)
        return Stroke(time, self._range.velocity(max(self._loud)))

    def _notice_damping(self) -> None:
        if self._attack is None:
            return
        self._attack = max(self._attack, self._loud[-1])
        if self._loud[-1] < DAMPED * self._attack:
            self._attack = None
            self.damped = self._frame * self._spectra.hop / self._rate
