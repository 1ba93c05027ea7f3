"""The last notes heard from the guitar. A `HeardNotes` belongs to the main thread.

Strings of a MIDI guitar may come on channels of their own: a note is known by channel and pitch,
so the same pitch on two strings is two notes. Notes are kept in seconds and, once the time is
known, in beats. When the host jumps, the notes move by whole bars to just before the new place:
they keep their place in the bar, and nothing heard lies in the future (see `drumd.jam.jumps`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import mido

from drumd.timing.timeline import Timeline
from engine.music.notes import WINDOW_NOTES, Note

ENDS_ALL = (120, 123)  # controllers that end every note of a channel


@dataclass(slots=True)
class _Heard:
    """One note: when it began and ended, in seconds and (once the time is known) in beats."""

    time: float
    pitch: int
    velocity: int
    onset: float | None
    end_time: float | None = None
    end: float | None = None


class HeardNotes:
    """Pairs note-ons with note-offs and keeps the last 150 notes."""

    def __init__(self) -> None:
        self._notes: deque[_Heard] = deque(maxlen=WINDOW_NOTES)
        self._sounding: dict[tuple[int, int], _Heard] = {}
        self._ended: float | None = None  # the beat at which a note ended last

    def __len__(self) -> int:
        return len(self._notes)

    @property
    def silent_since(self) -> float | None:
        """The beat since which nothing has sounded; None while something does."""
        return None if self._sounding else self._ended

    def hear(self, time: float, message: mido.Message, timeline: Timeline | None) -> bool:
        """Take in a message; True if a note began. `timeline` is None while the time is unknown."""
        match message.type:
            case "note_on" if message.velocity > 0:
                self._end((message.channel, message.note), time, timeline)
                note = _Heard(time, message.note, message.velocity, _beat(timeline, time))
                self._notes.append(note)
                self._sounding[message.channel, message.note] = note
                return True
            case "note_on" | "note_off":
                self._end((message.channel, message.note), time, timeline)
            case "control_change" if message.control in ENDS_ALL:
                for key in [key for key in self._sounding if key[0] == message.channel]:
                    self._end(key, time, timeline)
        return False

    def place(self, timeline: Timeline) -> None:
        """Give a beat to each note that was heard before the time was known."""
        for note in (*self._notes, *self._sounding.values()):
            if note.onset is None:
                note.onset = timeline.beat_at(note.time)
            if note.end is None and note.end_time is not None:
                note.end = timeline.beat_at(note.end_time)

    def forget_before(self, time: float) -> None:
        """Forget the notes that began before `time` seconds: they were no music."""
        kept = [note for note in self._notes if note.time >= time]
        self._notes = deque(kept, maxlen=self._notes.maxlen)
        self._sounding = {key: note for key, note in self._sounding.items() if note.time >= time}

    def shift(self, beats: float) -> None:
        """Move what was heard by so many beats, because the host has jumped."""
        self._ended = None if self._ended is None else self._ended + beats
        moved = {id(note): note for note in (*self._notes, *self._sounding.values())}
        for note in moved.values():
            if note.onset is not None:
                note.onset += beats
            if note.end is not None:
                note.end += beats

    def notes(self, now: float) -> tuple[Note, ...]:
        """The notes that have a beat, in order; one that still sounds lasts until beat `now`."""
        placed = [(note.onset, note) for note in self._notes if note.onset is not None]
        return tuple(
            sorted(
                Note(onset, max(0.0, _end_of(note, now) - onset), note.pitch, note.velocity)
                for onset, note in placed
            )
        )

    def sounded_until(self, now: float, *, held: float) -> float | None:
        """The last beat at which the guitar sounded, or None if it has not yet.

        A note that never ends counts for `held` beats: a lost note-off is no guitar.
        """
        ends = (
            min(_end_of(note, now), note.onset + held)
            for note in self._notes
            if note.onset is not None
        )
        return max(ends, default=None)

    def _end(self, key: tuple[int, int], time: float, timeline: Timeline | None) -> None:
        note = self._sounding.pop(key, None)
        if note is not None:
            note.end_time, note.end = time, _beat(timeline, time)
            self._ended = note.end


def _beat(timeline: Timeline | None, time: float) -> float | None:
    return None if timeline is None else timeline.beat_at(time)


def _end_of(note: _Heard, now: float) -> float:
    return now if note.end is None else note.end
