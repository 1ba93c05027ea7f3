"""Small drum parts made by hand, for tests of the measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from engine.evaluation.measures.drumming import Drumming, drumming
from engine.evaluation.songs import EvalSong
from engine.music.kit import PITCH_OF, VOICE_OF, Voice
from engine.music.notes import COMMON_TIME, Hit, Metre, Note
from engine.music.song import Bar


def bars_of(count: int, *, metre: Metre = COMMON_TIME, bpm: float = 120.0) -> tuple[Bar, ...]:
    """Bars that follow each other from beat 0."""
    return tuple(Bar(metre.beats * n, metre.beats, metre, bpm) for n in range(count))


def hit(beat: float, voice: Voice = Voice.SNARE, velocity: int = 100) -> Hit:
    return Hit(beat, PITCH_OF[voice], velocity)


def played(
    hits: Iterable[Hit], *, bars: int | Sequence[Bar] = 4, number: Sequence[int] | None = None
) -> Drumming:
    """Hits in so many bars of 4/4, or in these bars."""
    given = bars_of(bars) if isinstance(bars, int) else bars
    return drumming(given, range(len(given)) if number is None else number, hits)


def groove(bars: int = 8) -> list[Hit]:
    """Kick, snare and hats in eighths, a crash on every fourth one and a fill before it.

    Loudness rises over twelve bars, and the strokes lie up to 0.02 beats off.
    """
    hits = []
    for bar in range(bars):
        at, loud = 4.0 * bar, 60 + 4 * (bar % 12)
        hits += [hit(at, Voice.KICK, loud), hit(at + 2.01, Voice.KICK, loud + 5)]
        hits += [hit(at + 1.02, Voice.SNARE, loud + 9), hit(at + 3, Voice.SNARE, loud)]
        hits += [hit(at + n / 2 + 0.01, Voice.CLOSED_HAT, loud - 9) for n in range(8)]
        if bar % 4 == 0:
            hits.append(hit(at, Voice.CRASH, 110))
        if bar % 4 == 3:
            hits += [hit(at + 2 + n / 4, Voice.HIGH_TOM, 90 + n) for n in range(5)]
    return sorted(hits)


def song(
    file: str = "song.mid",
    *,
    bars: int = 16,
    hits: Sequence[Hit] | None = None,
    notes: Sequence[Note] | None = None,
    bpm: float = 120.0,
    feel: str = "straight",
) -> EvalSong:
    """A song in 4/4; its guitar plays eighths that grow louder and denser, its drums `groove`."""
    drums = groove(bars) if hits is None else sorted(hits)
    if notes is None:
        notes = [
            Note(4.0 * bar + n / 2, 0.4, 45 + (bar + n) % 12, 50 + 3 * (bar % 20))
            for bar in range(bars)
            for n in range(4 + bar % 5)
        ]
    return EvalSong(
        file=file,
        group=file,
        notes=tuple(notes),
        bars=bars_of(bars, bpm=bpm),
        hit_beats=np.array([one.beat for one in drums]),
        hit_voices=np.array([int(VOICE_OF[one.drum]) for one in drums], np.int64),
        hit_velocities=np.array([one.velocity for one in drums], np.int64),
        feel=feel,
    )
