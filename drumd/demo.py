"""The demo guitar: a performance written for drumd, so that a first jam needs no guitar at all.

Twenty bars at 112 bpm: a straight rock riff, a half-time shuffle of broken chords, three bars of
rest, the riff again and a last chord that rings. The timing and the strokes are a little uneven,
always in the same way. `python -m drumd.demo` writes the file that ships, `data/demo.mid`.

A bar is a line of text cut into equal steps: `A2` a note, `A2+E3` a strummed chord, `~` let it
ring on, `.` silence; a `!` behind a note is an accent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import mido

from engine.music.notes import Note

DEMO_FILE = Path(__file__).parent / "data" / "demo.mid"
BPM, BAR_BEATS = 112.0, 4.0
OVERDRIVEN_GUITAR = 29
TICKS_PER_BEAT = 480
STRUM = 0.018  # beats from one string of a chord to the next, some 10 ms
SLOPPY = 0.02  # beats that a stroke may lie off its place, either way

RIFF = (
    "A2+E3! A2 A2 C3! ~ D3 C3 A2",
    "A2+E3! A2 A2 E3! ~ D3 C3 G2",
    "A2+E3! A2 A2 C3! ~ D3 E3 G3",
    "F2+C3! ~ F2 F2 G2+D3! ~ G2 B2",
)
SHUFFLE = (  # three steps a beat
    "A2! ~ E3 A3 ~ C4 E4! ~ C4 A3 ~ E3",
    "F2! ~ C3 F3 ~ A3 C4! ~ A3 F3 ~ C3",
    "C3! ~ G3 C4 ~ E4 G4! ~ E4 C4 ~ G3",
    "G2! ~ D3 G3 ~ B3 D4! ~ ~ G3+B3+D4 ~ .",
)
REST = (".", ".", ".")
LAST = ("A2+E3+A3+C4+E4! ~ ~ ~ ~ ~ ~ .",)
SONG = RIFF + RIFF + SHUFFLE + REST + RIFF + LAST

_SEMITONE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def demo_notes() -> list[Note]:
    """The performance as notes in beats, in order of time."""
    hand = Random(BPM)
    notes = [
        note
        for bar, line in enumerate(SONG)
        for beat, beats, names in _strokes(line)
        for note in _strum(bar * BAR_BEATS + beat, beats, names, hand)
    ]
    return sorted(notes)


def build_demo() -> mido.MidiFile:
    """The performance as a MIDI file: a tempo track and one named "Guitar"."""
    conductor = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="drumd demo"),
            mido.MetaMessage("time_signature", numerator=4, denominator=4),
            mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM)),
            mido.MetaMessage("end_of_track", time=_ticks(len(SONG) * BAR_BEATS)),
        ]
    )
    song = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    song.tracks += [conductor, _guitar_track(demo_notes())]
    return song


def _strokes(line: str) -> Iterator[tuple[float, float, str]]:
    """The strokes of a bar: where, for how long (beats), and the names of the notes."""
    steps = line.split()
    step = BAR_BEATS / len(steps)
    for column, names in enumerate(steps):
        if names in (".", "~"):
            continue
        length = 1
        while column + length < len(steps) and steps[column + length] == "~":
            length += 1
        yield column * step, length * step, names


def _strum(beat: float, beats: float, names: str, hand: Random) -> Iterator[Note]:
    """The notes of one stroke, from the lowest string to the highest, as a hand plays them."""
    start = max(0.0, beat + SLOPPY * (2 * hand.random() - 1))
    loud = 104 if names.endswith("!") else 82
    for string, name in enumerate(names.rstrip("!").split("+")):
        onset = start + string * STRUM
        velocity = loud + round(12 * hand.random() - 6) - 2 * string
        yield Note(onset, beats * 0.92 - string * STRUM, _pitch(name), velocity)


def _pitch(name: str) -> int:
    return 12 * (int(name[1:]) + 1) + _SEMITONE[name[0]]


def _guitar_track(notes: list[Note]) -> mido.MidiTrack:
    events = [(_ticks(note.onset), 1, note) for note in notes]
    events += [(_ticks(note.end), 0, note) for note in notes]
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="Guitar"),
            mido.Message("program_change", program=OVERDRIVEN_GUITAR),
        ]
    )
    now = 0
    for tick, sounds, note in sorted(events):
        velocity = note.velocity if sounds else 0
        track.append(mido.Message("note_on", note=note.pitch, velocity=velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=_ticks(len(SONG) * BAR_BEATS) - now))
    return track


def _ticks(beats: float) -> int:
    return round(beats * TICKS_PER_BEAT)


if __name__ == "__main__":
    build_demo().save(DEMO_FILE)
