"""The round trip: clicks that go out, and when each of them comes back in.

A sound is dated by its attack, so whatever sounds sharply will do: drumd's own click, or a snare
of a synthesiser that a MIDI port leads to. All of it runs on one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import mido
import numpy as np

from drumd.ears.sources.base import Block, SoundSource, SourceError
from drumd.errors import CalibrationError
from drumd.ports.base import OutputPort
from drumd.timing.clock import Clock
from engine.music.general_midi import DRUM_CHANNEL

CLICKS = 12
LEAD_S, APART_S = 0.5, 0.6
BEFORE_S, AFTER_S = 0.02, 0.45  # around its moment: where the sound of a click is looked for
QUIET_S = 0.1  # before that; so loud the room is
LEAST, OVER = 1e-3, 4.0  # a click's peak, of full scale, and against the peak of the room
ATTACK = 0.2  # of its peak: there it begins
ENOUGH = 8  # clicks that must be heard
AGREE_S = 0.005  # the most that they may differ by
VELOCITY = 120


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """From the moment that a click is meant for to its sound's moment, in seconds."""

    median_s: float
    spread_s: float  # between the second shortest and the second longest
    heard: int  # clicks
    sent: int


def measure(output: OutputPort, source: SoundSource, clock: Clock, *, key: int) -> RoundTrip:
    """Play clicks and hear them; a CalibrationError says why there is no answer."""
    sent = [clock.now() + LEAD_S + number * APART_S for number in range(CLICKS)]
    blocks: list[Block] = []
    for at in sent:
        _listen(source, clock, at - output.ahead_s, blocks)
        output.send(mido.Message("note_on", note=key, velocity=VELOCITY, channel=DRUM_CHANNEL), at)
        _listen(source, clock, at + AFTER_S, blocks)
        output.send(mido.Message("note_off", note=key, channel=DRUM_CHANNEL))
    return round_trip(trips(blocks, source.rate, sent))


def _listen(source: SoundSource, clock: Clock, until: float, blocks: list[Block]) -> None:
    while (left := until - clock.now()) > 0:
        block = source.read(left)
        if block is not None:
            blocks.append(block)
        if why := source.lost():
            raise SourceError(why)


def trips(blocks: Sequence[Block], rate: int, sent: Sequence[float]) -> list[float | None]:
    """How long after its moment each click begins in what was heard; None: it does not."""
    if not blocks:
        return [None for _ in sent]
    times = np.concatenate([one.time + np.arange(len(one.samples)) / rate for one in blocks])
    loud = np.abs(np.concatenate([one.samples for one in blocks]))
    found: list[float | None] = []
    for at in sent:
        first, begin, end = np.searchsorted(
            times, [at - BEFORE_S - QUIET_S, at - BEFORE_S, at + AFTER_S]
        )
        sound, room = loud[begin:end], loud[first:begin].max(initial=0.0)
        peak = sound.max(initial=0.0)
        if peak < max(LEAST, OVER * room):
            found.append(None)
        else:
            found.append(float(times[begin + np.argmax(sound >= ATTACK * peak)] - at))
    return found


def round_trip(found: Sequence[float | None]) -> RoundTrip:
    """What the clicks agree on; a CalibrationError if they do not, or were not heard."""
    known = sorted(one for one in found if one is not None)
    if len(known) < min(ENOUGH, len(found)):
        how_many = f"only {len(known)}" if known else "none"
        raise CalibrationError(
            f"{how_many} of {len(found)} clicks were heard: hold the microphone to the speaker or"
            " connect output and input with a cable, turn both up, and be quiet meanwhile"
        )
    spread = known[-2] - known[1]
    if spread > AGREE_S:
        raise CalibrationError(
            f"the clicks do not agree: {known[1] * 1e3:.1f} to {known[-2] * 1e3:.1f} ms. Be quiet"
            " meanwhile, close what keeps the machine busy, and try again"
        )
    return RoundTrip(median(known), spread, len(known), len(found))
