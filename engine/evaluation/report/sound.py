"""A few bars as sound, where fluidsynth and a soundfont are installed.

fluidsynth renders a small MIDI file to Ogg Vorbis, which goes into the page as a data URI. Where
anything of that is missing or fails there is no sound, and no error.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.evaluation.hit_metrics import ROWS
from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.results import SongResult
from engine.midi.smf import TEMPO, Event, RawFile, Track, build, meta
from engine.midi.write import drum_track
from engine.music.kit import PITCH_OF
from engine.music.notes import Hit, Note
from engine.music.song import Bar

BARS = 8
DIVISION = 480
GUITAR_PROGRAM = 27  # clean electric
PATIENCE_S = 60.0
RATE_HZ = 32_000
FONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
)


def soundfont() -> Path | None:
    """The soundfont to play with; None where fluidsynth or a font is missing."""
    if shutil.which("fluidsynth") is None:
        return None
    found = [path for folder in FONT_FOLDERS for path in sorted(Path(folder).glob("*.sf2"))]
    return min(found, key=lambda path: not path.stem.lower().startswith("default"), default=None)


def sound(midi: bytes, font: Path) -> str | None:
    """A MIDI file as a data URI of sound, or None where it cannot be rendered."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "song.mid", Path(folder) / "song.oga"
        source.write_bytes(midi)
        how = ["-ni", "-q", "-g", "0.6", "-r", str(RATE_HZ), "-T", "oga", "-F", str(target)]
        try:
            subprocess.run(
                ["fluidsynth", *how, str(font), str(source)],
                check=True, timeout=PATIENCE_S, capture_output=True,
            )  # fmt: skip
            data = target.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None
    if not data.startswith(b"OggS"):
        return None
    return "data:audio/ogg;base64," + base64.b64encode(data).decode()


def excerpt_file(result: SongResult, drums: Drumming, bars: Sequence[Bar]) -> bytes:
    """A MIDI file of the guitar and these drums in consecutive bars, at the song's tempo."""
    start, end = bars[0].start, bars[-1].start + bars[-1].beats
    tempo = [
        meta(_tick(bar.start - start), TEMPO, round(60e6 / bar.bpm).to_bytes(3, "big"))
        for bar in bars
    ]
    hits = [
        Hit(max(0.0, beat - start), PITCH_OF[ROWS[row]], max(1, round(127 * velocity)))
        for beat, row, velocity in zip(
            drums.beats().tolist(), drums.row.tolist(), drums.velocity.tolist(), strict=True
        )
        if start - 0.125 <= beat < end - 0.125
    ]
    length = _tick(end - start)
    guitar = _guitar_track(_cut(result.notes, start, end), length)
    return build(RawFile(DIVISION, (Track.of(tempo, length), guitar, drum_track(hits, DIVISION))))


def _cut(notes: Sequence[Note], start: float, end: float) -> list[Note]:
    """The notes that begin in a stretch, from its start on, none longer than it."""
    return [
        replace(note, onset=note.onset - start, duration=min(note.end, end) - note.onset)
        for note in notes
        if start <= note.onset < end
    ]


def _guitar_track(notes: Iterable[Note], length: int) -> Track:
    ons, offs = [], []
    for note in notes:
        ons.append(Event(_tick(note.onset), bytes([0x90, note.pitch, note.velocity])))
        ends = max(_tick(note.onset) + 1, _tick(note.end))
        offs.append(Event(ends, bytes([0x80, note.pitch, 0])))
    program = Event(0, bytes([0xC0, GUITAR_PROGRAM]))
    return Track.of([program, *offs, *ons], length)


def _tick(beats: float) -> int:
    return round(beats * DIVISION)
