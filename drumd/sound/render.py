"""A song as sound: what `drumd render` does.

The song is mixed block by block on its way to the file, so a long one takes no more memory than
a short one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drumd.sound.audio_file import AudioFile
from drumd.sound.drums import Drums
from drumd.sound.kits.kit import Kit
from drumd.sound.mixer import VOLUME, limit
from drumd.sound.score import Score
from drumd.sound.strings.guitar import Guitar
from drumd.sound.strings.plucks import voice_of
from drumd.sound.synthesis.modes import Audio

BLOCK = 16_384  # frames
SILENCE: Audio = np.zeros((0, 2), np.float32)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a song."""

    seconds: float
    strokes: int
    notes: int  # of strings
    unknown: int  # strokes on keys that the kit does not have
    peak: float  # of full scale
    limited: float  # the part of the song's blocks in which the limiter worked


class Band:
    """A kit and as many stringed voices as a score asks for."""

    def __init__(self, score: Score, kit: Kit) -> None:
        self.rate = kit.rate
        self.drums = Drums(kit)
        self._guitars: dict[str, Guitar] = {}
        for note in score.notes:
            frame = round(note.onset * self.rate)
            if note.program is None:
                self.drums.strike(note.pitch, note.velocity, frame)
            else:
                length = max(1, round(note.duration * self.rate))
                self._guitar(note.program).pluck(note.pitch, note.velocity, frame, length)

    def _guitar(self, program: int) -> Guitar:
        voice = voice_of(program)
        if voice.name not in self._guitars:
            self._guitars[voice.name] = Guitar(voice, self.rate)
        return self._guitars[voice.name]

    @property
    def silent(self) -> bool:
        mixers = [self.drums.mixer, *(guitar.mixer for guitar in self._guitars.values())]
        return all(mixer.silent for mixer in mixers)

    def block(self, frames: int) -> Audio:
        """The next block of the mix, not yet limited: (frames, 2)."""
        out = self.drums.block(frames)
        for guitar in self._guitars.values():
            out += guitar.block(frames)
        return VOLUME * out


def blocks(band: Band, recording: Audio) -> Iterator[Audio]:
    """The mix from the first frame to silence, not yet limited."""
    frame = 0
    while not band.silent or frame < len(recording):
        block = band.block(BLOCK)
        beside = recording[frame : frame + BLOCK]
        block[: len(beside)] += beside
        frame += BLOCK
        yield block
    yield band.block(BLOCK)  # what the speakers still hold


def render(score: Score, kit: Kit, target: Path, recording: Audio = SILENCE) -> Rendered:
    """Write the song to an audio file of the kind that its name says; `recording`, (frames, 2) at
    the kit's rate, sounds along with it."""
    band, frames, peak, limited, count = Band(score, kit), 0, 0.0, 0, 0
    with AudioFile(target, kit.rate) as file:
        for block in blocks(band, recording):
            heard = limit(block)
            limited += heard is not block
            peak = max(peak, float(np.abs(heard).max()))
            file.write(heard)
            frames, count = frames + len(heard), count + 1
    return Rendered(
        seconds=frames / kit.rate,
        strokes=score.strokes,
        notes=len(score.notes) - score.strokes,
        unknown=band.drums.unknown,
        peak=peak,
        limited=limited / count,
    )
