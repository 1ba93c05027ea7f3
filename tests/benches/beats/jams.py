"""Parts of the bench played to drumd: what it is told, and how far its drums are off the beat.

The drummer strikes every pulse. A stroke's error is its distance from the nearest true beat; it
counts as *locked* where that is less than 70 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import thread_time
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from drumd.config import Settings
from engine.beats.training.conditions import Played, count_in, play
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Metre
from tests.support.drummers import Pulse
from tests.support.offline_jam import STEP_S, OfflineJam

# what drumd is told: nothing, about how fast (8 % off), the same without the rule that the first
# note is beat one, or four taps before the first bar line
MODES = {"free": "auto", "hint": "auto", "hint, waiting": "free", "count-in": "count-in"}
NEAR_S = 0.070
CHORD_S = 0.045
LEGATO, LONGEST_S = 0.9, 0.6  # a note sounds until the next, or so long
TAP_S, TAP_PITCH = 0.05, 40

Array = NDArray[np.float64]
Timed = tuple[float, mido.Message]


@dataclass(frozen=True, slots=True)
class Take:
    """A part as it is played, and what drumd is told of it. Times in seconds from its start."""

    name: str
    events: tuple[Timed, ...]
    options: dict[str, Any]  # fields of the settings
    first: float  # onset, count-in included
    beats: Array
    ones: Array  # those of the beats that begin a bar


@dataclass(frozen=True, slots=True)
class Heard:
    """How a jam went. Errors in seconds, one a stroke; infinite waiting if no drum came."""

    errors: Array
    wait: float  # from the first onset to the first stroke
    cover: float  # strokes for each beat since the first of them
    ones: float  # share of the kicks, struck on "one", that are within 70 ms of a true one
    cost: Array = field(default_factory=lambda: np.zeros(0))  # seconds of CPU for each chord

    @property
    def locked(self) -> Array:
        return self.errors[self.errors < NEAR_S]


def take(record: dict[str, Any], mode: str, condition: str, seed: int) -> Take:
    """A record of the bench as it is played in one of the MODES."""
    rng = np.random.default_rng(seed)
    onsets, beats = np.array(record["onsets"], float), np.array(record["beats"], float)
    notes = onsets[:, 0], onsets[:, 1].astype(int), onsets[:, 2].astype(int)
    part = play(Played(*notes, beats), condition, rng)
    is_one = np.isin(np.round(beats, 3), np.round(record["downbeats"], 3))
    events = guitar(part.time, part.pitch, part.velocity)
    first = float(part.time[0])
    pulses = int(np.median(np.diff(np.flatnonzero(is_one)))) if is_one.sum() > 1 else 4
    options: dict[str, Any] = {"clock": MODES[mode]}
    options["metre"] = Metre(pulses, 4) if 2 <= pulses <= 6 else Metre()
    if mode.startswith("hint"):
        bpm = 60 / float(np.median(np.diff(part.beats))) * (1 + rng.choice([-0.08, 0.08]))
        options["bpm"] = float(np.clip(bpm, 20, 400))
    if mode == "count-in":
        taps = count_in(part, beats, is_one, first, rng, condition)
        pitches, loud = np.full(4, TAP_PITCH), np.full(4, 70)
        events = [
            *guitar(np.array(taps), pitches, loud, short=TAP_S),
            *(event for event in events if event[0] > taps[-1] + TAP_S),
        ]
        first = taps[0]
    events = sorted(events, key=_when)
    return Take(record["name"], tuple(events), options, first, part.beats, part.beats[is_one])


def guitar(
    times: Array, pitches: NDArray[Any], velocities: NDArray[Any], *, short: float = LONGEST_S
) -> list[Timed]:
    """Notes as messages; each sounds until about the next stroke, `short` seconds at most."""
    later = np.append(times[1:], np.inf)
    events = []
    for time, pitch, velocity, following in zip(
        times.tolist(), pitches.tolist(), velocities.tolist(), later.tolist(), strict=True
    ):
        length = min(short, max(0.03, LEGATO * (following - time)))
        events.append((time, mido.Message("note_on", note=pitch, velocity=velocity)))
        events.append((time + length, mido.Message("note_off", note=pitch)))
    return events


def jam(part: Take) -> Heard:
    """Play a take to the daemon's objects, faster than real time."""
    shift = 1.0 - part.events[0][0]  # a count-in may lie before the record's start
    rig = OfflineJam(Pulse(), Settings(**part.options))
    rig.hear((time + shift, message) for time, message in part.events)
    cost = []
    while rig.clock.now() < part.events[-1][0] + shift + 0.5:
        before = thread_time()
        rig.until(rig.clock.now() + STEP_S / 2)
        cost.append(thread_time() - before)
    onsets = np.array([time for time, message in part.events if message.type == "note_on"])
    chords = 1 + int(np.sum(np.diff(onsets) > CHORD_S))
    went = heard([(time - shift, drum) for time, drum in rig.strokes()], part)
    # Each chord is weighed within one step, and hardly anything else takes as long.
    return replace(went, cost=np.sort(cost)[-chords:])


def heard(strokes: list[tuple[float, int]], part: Take) -> Heard:
    """How far strokes, in seconds of the part, are off its beats."""
    strokes = [stroke for stroke in strokes if stroke[0] <= part.beats[-1]]
    if not strokes:
        return Heard(np.zeros(0), float("inf"), 0.0, 0.0)
    times = np.array([time for time, _ in strokes])
    kicks = np.array([time for time, drum in strokes if drum == PITCH_OF[Voice.KICK]])
    beats = np.sum(part.beats >= times[0] - NEAR_S)
    return Heard(
        errors_of(times, part.beats),
        float(times[0] - part.first),
        len(times) / max(1, beats),
        float(np.mean(errors_of(kicks, part.ones) < NEAR_S)) if len(kicks) else 0.0,
    )


def errors_of(times: Array, beats: Array) -> Array:
    """How far each time is off the nearest beat."""
    return np.abs(times[:, None] - beats).min(1)


def _when(event: Timed) -> float:
    return event[0]
