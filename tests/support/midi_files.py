"""Small MIDI files that the tests write themselves."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import mido

TICKS = 480
Strokes = Iterable[tuple[float, float, int, int]]  # beat, duration in beats, pitch, velocity


def track(
    notes: Strokes = (), *, channel: int = 0, program: int | None = None, name: str = ""
) -> mido.MidiTrack:
    """A track of one instrument; a program of None writes no program change."""
    timed: list[tuple[int, int, mido.Message]] = []
    for beat, duration, pitch, velocity in notes:
        on = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)
        off = mido.Message("note_off", channel=channel, note=pitch)
        timed += [(_tick(beat), 1, on), (_tick(beat + duration), 0, off)]
    head = [mido.MetaMessage("track_name", name=name)] if name else []
    if program is not None:
        head.append(mido.Message("program_change", channel=channel, program=program))
    return mido.MidiTrack([*head, *_deltas(timed)])


def maps(
    *, bpm: Sequence[tuple[float, float]] = (), metres: Sequence[tuple[float, int, int]] = ()
) -> mido.MidiTrack:
    """A track of tempo and metre changes, by beat."""
    timed = [
        (_tick(beat), 0, mido.MetaMessage("set_tempo", tempo=round(60e6 / each)))
        for beat, each in bpm
    ]
    timed += [
        (_tick(beat), 0, mido.MetaMessage("time_signature", numerator=above, denominator=below))
        for beat, above, below in metres
    ]
    return mido.MidiTrack(_deltas(timed))


def midi(*tracks: mido.MidiTrack, form: int = 1, ticks: int = TICKS) -> bytes:
    """The bytes of a file with these tracks."""
    file = mido.MidiFile(type=form, ticks_per_beat=ticks, tracks=list(tracks))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def band(bars: int = 16, *, pitch: int = 52, program: int = 27, drums: bool = True) -> bytes:
    """A guitar in eighths, a bass in quarters and a rock beat, in 4/4 at 120."""
    beats = [float(beat) for beat in range(4 * bars)]
    guitar = [(b / 2, 0.4, pitch + int(b) % 5, 60 + int(b) % 40) for b in range(8 * bars)]
    bass = [(beat, 0.9, 33 + int(beat) % 7, 80) for beat in beats]
    parts = [track(guitar, program=program, name="Guitar"), track(bass, channel=1, program=33)]
    if drums:
        hats = [(b / 2, 0.1, 42, 50 + b % 40) for b in range(8 * bars)]
        kicks = [(beat, 0.1, 36 if beat % 2 == 0 else 38, 100) for beat in beats]
        parts.append(track(sorted(hats + kicks), channel=9, name="Drums"))
    return midi(maps(bpm=[(0, 120)], metres=[(0, 4, 4)]), *parts)


def solo(bars: int = 16, *, seed: int = 0, late_ms: float = 12.0) -> bytes:
    """A drummer alone in 4/4 at 120: eighths on the hat, each stroke a little early or late."""
    chance = random.Random(seed)
    strokes = []
    for half in range(8 * bars):
        beat = max(0.0, half / 2 + chance.gauss(0, late_ms / 500))
        strokes.append((beat, 0.1, 42, chance.randrange(30, 70)))
        if half % 2 == 0:
            strokes.append((beat, 0.1, 38 if half % 4 else 36, chance.randrange(80, 127)))
    head = maps(bpm=[(0, 120)], metres=[(0, 4, 4)])
    return midi(head, track(sorted(strokes), channel=9, name="Drums"))


def write(folder: Path, **files: bytes) -> Path:
    """The files, each as NAME.mid, in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / f"{name}.mid").write_bytes(data)
    return folder


def _tick(beat: float) -> int:
    return round(beat * TICKS)


def _deltas(timed: list[tuple[int, int, mido.Message]]) -> list[mido.Message]:
    """Messages with their ticks as waits, note ends before note starts."""
    ordered, now = [], 0
    for tick, _, message in sorted(timed, key=lambda entry: entry[:2]):
        ordered.append(message.copy(time=tick - now))
        now = tick
    return ordered
