"""Which style a song is in: by what its genre or name says, else by what its drums do.

A genre that names several styles says nothing; then the drums are asked, and where they are not
clear either the song has no style.
"""

from __future__ import annotations

import re

import numpy as np

from engine.corpus.pairs import Hits, SongPairs
from engine.music.grid import STEPS_PER_BEAT, swung
from engine.music.kit import Voice
from engine.music.wishes import Style

_WORDS: dict[Style, str] = {
    Style.JAZZ: r"jazz|swing|big band|dixie|foxtrot|charleston",
    Style.ROCK: r"rock|8 ?beat",
    Style.POP: r"pop",
    Style.FUNK: r"funk|soul|r&b|r b\b|rnb|motown|16 ?beat",
    Style.METAL: r"metal",
    Style.BALLAD: r"ballad",
    Style.LATIN: r"latin|bossa|samba|rh?umba|mambo|bolero|cha ?cha|tango|salsa|calypso|reggae",
    Style.COUNTRY: r"country|bluegrass|western",
    Style.BLUES: r"blues|shuffle|boogie",
    Style.DANCE: r"dance|trance|house|techno|disco|hip.?hop",
}
_STRONGER = (Style.BALLAD, Style.LATIN)  # a "rock ballad" is a ballad
_OTHER_WORDS = r"fusion|game|children|mixed|folk"

_SIXTEENTHS = (1, 5)
CLEARLY = 0.6


def style_named(text: str) -> Style | None:
    """The one style that a genre or a file's name tells of."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]", " ", text).casefold()
    found = [style for style, pattern in _WORDS.items() if re.search(pattern, words)]
    for style in _STRONGER:
        if style in found:
            return style
    return found[0] if len(found) == 1 and not re.search(_OTHER_WORDS, words) else None


def style_heard(song: SongPairs) -> Style | None:
    """The style that the drums play, where they leave no doubt."""
    hits, bars = song.hits, len(set(song.hits.bar.tolist()))
    if bars < 4:
        return None
    beats = song.bars[int(hits.bar[0])].beats * bars
    bpm = float(np.median([bar.bpm for bar in song.bars]))
    per_beat = _per_beat(hits, beats)
    if swings(hits):
        rides = per_beat[Voice.RIDE] + per_beat[Voice.PEDAL_HAT]
        return Style.JAZZ if rides > per_beat[Voice.CLOSED_HAT] else Style.BLUES
    if per_beat[Voice.KICK] > 1.6 and bpm > 100:
        return Style.METAL
    if bpm < 88 and per_beat.sum() < 3.2:
        return Style.BALLAD
    if _sixteenths(hits) > 0.22 and bpm < 125:
        return Style.FUNK
    return None


def swings(hits: Hits) -> bool:
    """Whether the off-beats lie on the last triplet rather than on the half."""
    late = swung(hits.step)
    return bool(late.any() and late.mean() > CLEARLY and late.sum() > 0.08 * len(hits.step))


def _per_beat(hits: Hits, beats: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    counts = np.bincount(hits.voice, minlength=len(Voice))
    per_beat: np.ndarray[tuple[int], np.dtype[np.float64]] = counts / beats
    return per_beat


def _sixteenths(hits: Hits) -> float:
    """The share of kicks and snares that lie on the second or fourth sixteenth of a beat."""
    main = np.isin(hits.voice, (Voice.KICK, Voice.SNARE))
    if not main.any():
        return 0.0
    return float(np.isin(hits.step[main] % STEPS_PER_BEAT, _SIXTEENTHS).mean())
