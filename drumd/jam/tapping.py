"""A groove that the player taps in, on pads or with muted strokes of the guitar.

A `TapPedal` belongs to the conductor; while it is down it has a `Tapping`, which is told what is
struck in beats of the song. What comes out is laid on sixteenths or on triplets, as all of it
together lies nearer to: the drummer has the touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import mido

from drumd.jam.bar_maker import BarMaker
from drumd.jam.given import GivenGroove
from drumd.timing.bars import Bars
from engine.music.general_midi import DRUM_CHANNEL
from engine.music.kit import PITCH_OF, VOICE_OF, Voice
from engine.music.notes import SIXTEENTH, Hit, Pattern

TOO_SHORT = "what was tapped is no groove: hold the pedal for a whole bar, while the song runs"
MOST_BARS = 4
BRIEFLY_S = 0.5  # a pedal let go so soon was no tapping, though the guitar played meanwhile
EARLY = 0.5  # beats; a bar is whole if the pedal went down no later than so much behind its line
LATE = 1.0  # beats; and if it was let go no sooner than so much before its end
TRIPLET = 1 / 3
SURELY = 0.8  # how much nearer to triplets the strokes must lie to be in triplets
LOW_STRING = 4  # semitones above the lowest stroke of a guitar that are the kick still


class TapPedal:
    """The pedal under which a groove is tapped in. Times are seconds, beats those of the song."""

    def __init__(self, maker: BarMaker) -> None:
        """`maker` keeps to the groove that was tapped."""
        self.last: float | None = None  # when a stroke was tapped last
        self.trouble = ""  # why what was tapped last is no groove
        self._maker = maker
        self._tapping: Tapping | None = None  # while the pedal is down
        self._pressed = 0.0  # when it went down

    def follow(self, time: float, beat: float | None, bars: Bars) -> bool:
        """See where the pedal is; whether it went up and a groove was tapped."""
        down = self._maker.dials.tapping
        if down and self._tapping is None:
            self.press(time, beat)
        return not down and self._tapping is not None and self.let_go(time, beat, bars)

    def press(self, time: float, beat: float | None) -> None:
        """It goes down; `beat` is None while there is no time yet."""
        self._tapping, self._pressed, self.trouble = Tapping(beat), time, ""

    def takes(self, time: float, beat: float | None, message: mido.Message) -> bool:
        """Whether a message is a stroke that is tapped in, which is then remembered."""
        if self._tapping is None or message.type != "note_on" or not message.velocity:
            return False
        self._tapping.hear(beat, message)
        self.last = time
        return True

    def shift(self, beats: float) -> None:
        """The song has moved by so many beats."""
        if self._tapping:
            self._tapping.shift(beats)

    def let_go(self, time: float, beat: float | None, bars: Bars) -> bool:
        """It goes up; whether a groove was tapped, which plays from now on.

        Where nothing was tapped, the drummer's own plays again.
        """
        done, self._tapping = self._tapping, None
        if done is None or not done.struck or time - self._pressed < BRIEFLY_S:
            self._maker.keep_to(None)
            return False
        change = bars.change_at(beat or 0.0)
        done.shift(-change.beat)
        pattern = None if beat is None else done.groove(beat - change.beat, change.metre.beats)
        if pattern is None:
            self.trouble = TOO_SHORT
            return False
        self._maker.keep_to(GivenGroove.tapped(pattern, change.metre))
        return True


@dataclass(frozen=True, slots=True)
class _Stroke:
    beat: float
    pitch: int
    velocity: int
    on_pads: bool


class Tapping:
    """Gathers strokes while the pedal is down."""

    def __init__(self, begun: float | None) -> None:
        """`begun`: the beat at which the pedal went down; None while there is no time yet."""
        self.struck = False  # whether anything was tapped, in time or not
        self._begun = begun
        self._strokes: list[_Stroke] = []

    def hear(self, beat: float | None, message: mido.Message) -> None:
        """A note began at that beat; None: there is no time yet."""
        self.struck = True
        if beat is None:
            return
        self._begun = beat if self._begun is None else self._begun
        on_pads = message.channel == DRUM_CHANNEL
        self._strokes.append(_Stroke(beat, message.note, message.velocity, on_pads))

    def shift(self, beats: float) -> None:
        """The song has moved by so many beats."""
        self._strokes = [replace(stroke, beat=stroke.beat + beats) for stroke in self._strokes]
        self._begun = None if self._begun is None else self._begun + beats

    def groove(self, until: float, bar_beats: float) -> Pattern | None:
        """The last whole bars tapped, one to four, once the pedal is let go at beat `until`.

        None where not one bar is whole.
        """
        if self._begun is None:
            return None
        hits = _merged(_drums(self._strokes))
        first, end = ceil((self._begun - EARLY) / bar_beats), floor((until + LATE) / bar_beats)
        bars = [floor(hit.beat / bar_beats) for hit in hits]
        bars = [bar for bar in bars if first <= bar < end]
        if not bars:
            return None
        start = max(min(bars), max(bars) + 1 - MOST_BARS) * bar_beats
        beats = (max(bars) + 1) * bar_beats - start
        inside = (replace(hit, beat=hit.beat - start) for hit in hits)
        return Pattern.of((hit for hit in inside if 0 <= hit.beat < beats), beats)


def _drums(strokes: Sequence[_Stroke]) -> list[Hit]:
    """What was struck, on the grid: the pads' own drums, or kick and snare from a guitar."""
    places = _on_grid([stroke.beat for stroke in strokes])
    pads = [
        Hit(place, PITCH_OF[VOICE_OF[one.pitch]], one.velocity)
        for place, one in zip(places, strokes, strict=True)
        if one.on_pads and one.pitch in VOICE_OF
    ]
    return pads or _kick_and_snare(places, strokes)


def _kick_and_snare(places: Sequence[float], strokes: Sequence[_Stroke]) -> list[Hit]:
    """A stroke over several strings is as low as its lowest."""
    lowest = dict[float, _Stroke]()
    for place, one in zip(places, strokes, strict=True):
        if not one.on_pads and one.pitch < getattr(lowest.get(place), "pitch", 128):
            lowest[place] = one
    bottom = min((one.pitch for one in lowest.values()), default=0)
    return [
        Hit(
            place,
            PITCH_OF[Voice.KICK if one.pitch <= bottom + LOW_STRING else Voice.SNARE],
            one.velocity,
        )
        for place, one in lowest.items()
    ]


def _on_grid(beats: Sequence[float]) -> list[float]:
    """Each stroke where it was meant to be."""
    straight, triplets = (
        [round(beat / step) * step for beat in beats] for step in (SIXTEENTH, TRIPLET)
    )
    # Random strokes would lie so far off each: a quarter of its step.
    in_triplets = _off(beats, triplets) / TRIPLET < SURELY * _off(beats, straight) / SIXTEENTH
    return triplets if in_triplets else straight


def _off(beats: Sequence[float], places: Sequence[float]) -> float:
    return sum(abs(beat - place) for beat, place in zip(beats, places, strict=True))


def _merged(hits: Sequence[Hit]) -> list[Hit]:
    """Each drum once at each place, as hard as it was struck hardest there."""
    loudest = dict[tuple[float, int], Hit]()
    for hit in hits:
        known = loudest.get((hit.beat, hit.drum))
        if known is None or known.velocity < hit.velocity:
            loudest[hit.beat, hit.drum] = hit
    return list(loudest.values())
