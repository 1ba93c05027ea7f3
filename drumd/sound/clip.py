"""A song as sound inside a page: a data URI, by the kit and the strings that ship."""

from __future__ import annotations

import base64
from pathlib import Path
from tempfile import TemporaryDirectory

from drumd.sound.audio_file import check_kind
from drumd.sound.errors import SoundError
from drumd.sound.kits.store import load_kit
from drumd.sound.render import render
from drumd.sound.score import Score, score_of
from engine.errors import EngineError, MissingExtraError

OGG, WAV = ".ogg", ".wav"
RATE = {OGG: 48_000, WAV: 24_000}  # a page should stay small
LONGEST_S = {OGG: 1_200.0, WAV: 120.0}  # what comes later is not heard


def clip(midi: bytes, kit: str = "rock") -> str | None:
    """A MIDI file as sound, Ogg Vorbis where soundfile is installed; None where nothing sounds."""
    from engine.midi.read import parse_song

    kind = _kind()
    try:
        score = score_of(parse_song(midi))
        notes = tuple(note for note in score.notes if note.onset < LONGEST_S[kind])
        with TemporaryDirectory() as folder:
            target = Path(folder) / f"clip{kind}"
            render(Score(notes), load_kit(kit, RATE[kind]), target)
            data = base64.b64encode(target.read_bytes()).decode()
    except (SoundError, EngineError):
        return None
    return f"data:audio/{kind[1:]};base64,{data}"


def _kind() -> str:
    try:
        check_kind(Path(f"clip{OGG}"))
    except (SoundError, MissingExtraError):
        return WAV
    return OGG
