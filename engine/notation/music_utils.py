"""Drums as notation: a percussion staff through music21, written as MusicXML.

Hands are written stems up, feet stems down. What is written is rounded to sixteenths, or to the
triplets of a beat where those fit better. music21 takes seconds to import: only `write_score`
and `drum_score` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError, needs
from engine.music.kit import Voice
from engine.music.notes import Hit, Metre
from engine.music.song import Bar

if TYPE_CHECKING:
    from music21.stream import Measure, Score

# Where each voice stands on the staff and the head it has, as most drum books write it.
STAFF: dict[Voice, tuple[str, str]] = {
    Voice.KICK: ("F4", "normal"),
    Voice.SNARE: ("C5", "normal"),
    Voice.CLOSED_HAT: ("G5", "x"),
    Voice.PEDAL_HAT: ("D4", "x"),
    Voice.OPEN_HAT: ("G5", "circle-x"),
    Voice.LOW_TOM: ("A4", "normal"),
    Voice.MID_TOM: ("D5", "normal"),
    Voice.HIGH_TOM: ("E5", "normal"),
    Voice.CRASH: ("A5", "x"),
    Voice.RIDE: ("F5", "x"),
}
FEET = frozenset({Voice.KICK, Voice.PEDAL_HAT})
SIXTEENTHS = tuple(Fraction(n, 4) for n in range(5))
TRIPLETS = tuple(Fraction(n, 3) for n in range(4))
TRIPLET_GAIN = 0.03  # beats a hit must lie nearer to triplets, on average, to be written as such

Strokes = dict[Fraction, set[Voice]]  # beat of the bar: what is struck there


@dataclass(frozen=True, slots=True)
class Written:
    """One bar as it is written: where its beats begin, and what is struck where."""

    pulses: tuple[Fraction, ...]  # from 0 to the length of the bar
    strokes: Mapping[Fraction, set[Voice]]


def write_score(path: Path, bars: Sequence[Bar], hits: Iterable[Hit], *, title: str) -> None:
    """Write the drums as MusicXML; hits in beats from the start of the song."""
    score = drum_score(bars, hits, title=title)
    try:
        score.write("musicxml", fp=path, makeNotation=False)
    except OSError as error:
        raise EngineError(f"{path}: the score cannot be written ({error.strerror})") from error


def drum_score(bars: Sequence[Bar], hits: Iterable[Hit], *, title: str) -> Score:
    """The drums as a music21 score of one percussion staff."""
    with needs("notation", "writing a score"):
        from music21 import clef, instrument, metadata, stream, tempo
    part = stream.Part(id="drums")
    part.partName = "Drums"
    drums = instrument.UnpitchedPercussion()
    drums.partId, drums.instrumentId = "drums", "drum-kit"  # random otherwise
    part.insert(0, drums)
    written = write_down(bars, hits)
    for number, (bar, notes) in enumerate(zip(bars, written, strict=True), start=1):
        before = bars[number - 2] if number > 1 else None
        measure = _measure(number, bar, notes, before.metre if before else None)
        if before is None:
            measure.insert(0, clef.PercussionClef())
        if before is None or round(before.bpm) != round(bar.bpm):
            measure.insert(0, tempo.MetronomeMark(number=round(bar.bpm)))
        part.append(measure)
    part.makeBeams(inPlace=True)
    score = stream.Score([part])
    score.metadata = metadata.Metadata(title=title, composer="drumd")
    return score


def write_down(bars: Sequence[Bar], hits: Iterable[Hit]) -> Iterator[Written]:
    """The hits of each bar on the places that notes are written at."""
    waiting = sorted(hit for hit in hits if hit.voice is not None)
    carried: set[Voice] = set()  # what rounds up to the next bar line
    at = 0
    for bar in bars:
        pulses, strokes = _pulses(bar), {}
        end = bar.start + bar.beats
        inside = []
        while at < len(waiting) and waiting[at].beat < end:
            inside.append(waiting[at])
            at += 1
        strokes = _strokes(inside, bar.start, pulses)
        if carried:
            strokes.setdefault(Fraction(0), set()).update(carried)
        carried = strokes.pop(pulses[-1], set())
        yield Written(pulses, strokes)


def _pulses(bar: Bar) -> tuple[Fraction, ...]:
    """Where the beats of a bar begin: quarters, or eighths where those are counted."""
    unit = Fraction(1) if bar.metre.denominator <= 4 else Fraction(1, 2)
    length = Fraction(bar.beats).limit_denominator(64)
    return (*(unit * n for n in range(-(-length // unit))), length)


def _strokes(hits: Sequence[Hit], start: float, pulses: Sequence[Fraction]) -> Strokes:
    strokes: Strokes = {}
    for begin, end in pairwise(pulses):
        last = end == pulses[-1]
        own = [
            hit
            for hit in hits
            if (hit.beat - start < end or last) and (hit.beat - start >= begin or begin == 0)
        ]
        places = _places([hit.beat - start - float(begin) for hit in own], end - begin)
        for hit in own:
            place = min(places, key=lambda p: abs(float(begin + p) - (hit.beat - start)))
            if hit.voice is not None:
                strokes.setdefault(begin + place, set()).add(hit.voice)
    return strokes


def _places(times: Sequence[float], length: Fraction) -> tuple[Fraction, ...]:
    """Sixteenths or triplets of a beat, whichever the times in it lie nearer to."""

    def distance(places: Sequence[Fraction]) -> float:
        return sum(min(abs(float(place) - time) for place in places) for time in times)

    straight = tuple(place for place in SIXTEENTHS if place <= length)
    if length < 1 or distance(TRIPLETS) + TRIPLET_GAIN * len(times) >= distance(straight):
        return straight
    return TRIPLETS


def _measure(number: int, bar: Bar, written: Written, metre: Metre | None) -> Measure:
    """One measure; `metre` is that of the bar before."""
    from music21 import meter, stream
    from music21.stream import makeNotation

    measure = stream.Measure(number=number)
    if metre != bar.metre:
        measure.insert(0, meter.TimeSignature(str(bar.metre)))
    for name, feet in (("1", False), ("2", True)):
        voice = stream.Voice(id=name)
        limbs = {
            at: own
            for at, struck in written.strokes.items()
            if (own := {drum for drum in struck if (drum in FEET) == feet})
        }
        for item in _line(limbs, written.pulses, feet=feet):
            voice.append(item)
        makeNotation.makeTupletBrackets(voice, inPlace=True)
        measure.insert(0, voice)
    return measure


def _line(strokes: Strokes, pulses: Sequence[Fraction], *, feet: bool) -> Iterator[Any]:
    """Notes and rests that fill a bar; nothing is held over a beat."""
    from music21 import note

    if not strokes:
        rest = note.Rest(quarterLength=pulses[-1])
        rest.fullMeasure = True
        yield rest
        return
    for begin, end in pairwise(pulses):
        inside = sorted(at for at in strokes if begin <= at < end)
        edges = sorted({begin, *inside, end})
        for at, until in pairwise(edges):
            if at in strokes:
                yield _chord(strokes[at], until - at, feet=feet)
            else:
                yield note.Rest(quarterLength=until - at)


def _chord(voices: set[Voice], length: Fraction, *, feet: bool) -> Any:
    from music21 import note, percussion

    notes = []
    for voice in sorted(voices):
        place, head = STAFF[voice]
        one = note.Unpitched(displayName=place, quarterLength=length)
        one.notehead = head
        one.stemDirection = "down" if feet else "up"
        notes.append(one)
    if len(notes) == 1:
        return notes[0]
    chord = percussion.PercussionChord(notes)
    chord.stemDirection = notes[0].stemDirection
    return chord
