"""What is fit to learn from: drums mapped from many kits, notes without doubles, silly songs named.

A song that is not fit raises `Unfit`, whose text is the reason that reports count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.music.grid import quantise
from engine.music.kit import VOICE_OF, Voice
from engine.music.song import Part, Song

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
LEAST_MAPPED = 0.6  # of the hits that are not hand percussion
LEAST_ON_GRID = 0.6  # hits thrown at random come to about 0.48
NEAR_GRID_BEATS = 0.04
DYNAMIC_VELOCITY_STD = 4.0

BACKBEAT = frozenset({Voice.SNARE, Voice.SIDE_STICK, Voice.CLAP})  # one of them keeps it
# Tambourine, cowbell, vibraslap, congas, shakers...: played by another pair of hands.
HAND_PERCUSSION = frozenset({54, 56, *range(60, 83)})
# Yamaha's XG kits have soft, brushed and rolled drums below the General MIDI ones. Elsewhere the
# same keys are clicks and scratches, so they count only where a song has no other kick or snare.
XG_KICK = (33,)
XG_SNARE = (25, 27, 29, 31, 34)
_UNMAPPED = -1


class Unfit(Exception):  # noqa: N818 (an outcome that is counted, not a failure)
    """A song that nothing can be learnt from; the text is the reason."""


@dataclass(frozen=True, slots=True)
class DrumStrokes:
    """The strokes of all drum parts together, sorted by onset; each array is (hits,)."""

    onset: NDArray[np.float64]  # beats from the start of the song
    voice: NDArray[np.int64]  # engine.music.kit.Voice
    velocity: NDArray[np.int64]  # 1..127

    @property
    def has_dynamics(self) -> bool:
        return bool(self.velocity.std() > DYNAMIC_VELOCITY_STD)


def clean_drums(song: Song) -> DrumStrokes:
    """The drums of a song in our voices, or Unfit with what is wrong with them."""
    parts = [part for part in song.parts if part.is_drum]
    if not parts:
        raise Unfit("no drums")
    onset = np.concatenate([part.onset for part in parts])
    pitch = np.concatenate([part.pitch for part in parts])
    velocity = np.concatenate([part.velocity for part in parts]).astype(np.int64)
    voice = _voices(pitch)
    mapped = voice != _UNMAPPED
    on_kit = ~np.isin(pitch, list(HAND_PERCUSSION))
    if (mapped & on_kit).sum() < LEAST_MAPPED * on_kit.sum() or not mapped.any():
        raise Unfit("drum kit not known")
    if len(parts) < len(song.parts):  # a drummer alone may play anything, and as freely as he likes
        _check_kit_and_beat(voice[mapped], onset[mapped])
    order = np.lexsort((voice[mapped], onset[mapped]))
    return DrumStrokes(*(column[mapped][order] for column in (onset, voice, velocity)))


def _check_kit_and_beat(voice: NDArray[np.int64], onset: NDArray[np.float64]) -> None:
    present = set(voice.tolist())
    if Voice.KICK not in present or not present & BACKBEAT:
        raise Unfit("no kick or no snare")
    if _share_on_grid(onset) < LEAST_ON_GRID:
        raise Unfit("drums do not follow the file's beat")


def _voices(pitch: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The voice of each pitch, or -1 where it is none of ours."""
    table = np.full(128, _UNMAPPED, np.int64)
    table[list(VOICE_OF)] = list(VOICE_OF.values())
    present = set(table[np.unique(pitch)].tolist())
    if Voice.KICK not in present:
        table[list(XG_KICK)] = Voice.KICK
    if Voice.SNARE not in present:
        table[list(XG_SNARE)] = Voice.SNARE
    voices: NDArray[np.int64] = table[pitch]
    return voices


def _share_on_grid(onset: NDArray[np.float64]) -> float:
    _, off = quantise(onset)
    return float((np.abs(off) < NEAR_GRID_BEATS).mean())


def check_tempo(song: Song) -> None:
    """Raises Unfit unless most of the song goes at a tempo that people play at."""
    starts = np.array([beat for beat, _ in song.tempos])
    lengths = np.diff(np.append(starts, max(song.length, starts[-1])))
    played = sum(
        length for (_, bpm), length in zip(song.tempos, lengths, strict=True) if playable_tempo(bpm)
    )
    if played < 0.5 * song.length:
        raise Unfit("absurd tempo")


def playable_tempo(bpm: float) -> bool:
    return SLOWEST_BPM <= bpm <= FASTEST_BPM


def clean_part(part: Part) -> Part:
    """The part without doubled notes, each note ended where its key is struck again."""
    order = np.lexsort((-part.duration, part.onset, part.pitch))
    onset, pitch = part.onset[order], part.pitch[order]
    first = np.append(True, (np.diff(onset) > 0) | (np.diff(pitch.astype(np.int64)) != 0))
    kept = order[first]
    onset, pitch, duration = part.onset[kept], part.pitch[kept], part.duration[kept]
    until_next = np.append(np.diff(onset), np.inf)
    until_next[np.append(np.diff(pitch.astype(np.int64)) != 0, True)] = np.inf
    duration = np.minimum(duration, until_next)
    back = np.lexsort((pitch, onset))
    velocity = part.velocity[kept]
    onset, duration, pitch, velocity = (
        column[back] for column in (onset, duration, pitch, velocity)
    )
    return replace(part, onset=onset, duration=duration, pitch=pitch, velocity=velocity)
