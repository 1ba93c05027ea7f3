"""The jam as those see it who look in from outside: plain values, ready for JSON.

Times are seconds on the daemon's clock, beats are those of the song; bars, ideas and beats that are
shown count from 1. What was played is gathered as it happens and taken out with each picture.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import mido

from drumd.controls import Command
from drumd.status.phase import Phase
from drumd.status.snapshot import Snapshot
from engine.music.kit import VOICE_OF
from engine.music.notes import Idea, Pattern
from engine.performance.phrase import BARS

if TYPE_CHECKING:
    from drumd.jam.jam import Jam

KEPT = 512  # strokes and notes that wait for somebody to look
DIGITS = 4  # behind the point, of seconds and beats


class Played:
    """The last notes and strokes, until somebody takes them. Owned by the main thread."""

    def __init__(self) -> None:
        self._guitar = deque[list[float]](maxlen=KEPT)  # time, pitch, velocity (0: it ends)
        self._drums = deque[list[object]](maxlen=KEPT)  # time, voice, velocity

    def hear(self, time: float, message: mido.Message) -> None:
        """The guitar has played something."""
        if message.type in ("note_on", "note_off"):
            velocity = message.velocity if message.type == "note_on" else 0
            self._guitar.append([round(time, DIGITS), message.note, velocity])

    def strike(self, time: float, message: mido.Message) -> None:
        """A drum was struck."""
        self._drums.append([round(time, DIGITS), _voice(message.note), message.velocity])

    def take(self) -> dict[str, object]:
        """What was played since the last call."""
        taken: dict[str, object] = {}
        for name, played in (("guitar", self._guitar), ("drums", self._drums)):
            if played:
                taken[name] = list(played)
                played.clear()
        return taken


def picture(jam: Jam, snapshot: Snapshot, now: float) -> dict[str, object]:
    """How the jam stands at `now` seconds."""
    return _time(jam, snapshot, now) | _drums(jam, snapshot) | _set(jam) | _faults(snapshot)


def _time(jam: Jam, snapshot: Snapshot, now: float) -> dict[str, object]:
    line = jam.song
    phrase, since = jam.conductor.since, jam.metre_since
    return {
        "now": round(now, DIGITS),
        "line": None if line is None else [line.time, line.beat, line.bpm],
        "bpm": snapshot.bpm and round(snapshot.bpm, 1),
        "source": snapshot.source,
        "confidence": round(snapshot.confidence, 2),
        "unsure": snapshot.unsure,
        "metre": str(snapshot.metre),
        "bar_beats": snapshot.metre.beats,
        "pulse": snapshot.metre.pulse,
        "metre_from": [since.beat, since.bar + 1],
        "phrase": None if phrase is None else [phrase % BARS + 1, BARS],
        "notes": snapshot.notes,
    }


def _drums(jam: Jam, snapshot: Snapshot) -> dict[str, object]:
    playing = snapshot.phase is Phase.PLAYING
    coming = jam.conductor.coming
    return {
        "doing": snapshot.doing,
        "playing": playing,
        "ready": snapshot.drummer_ready,
        "groove": jam.told.groove,
        "part": snapshot.part,
        "kept": list(snapshot.kept),
        "next": snapshot.coming,
        "song": snapshot.song,
        "ideas": [_idea(idea) for idea in jam.steering.ideas],
        "coming": coming and [coming[0], *_strokes(coming[1])],
    }


def _set(jam: Jam) -> dict[str, object]:
    dials = jam.conductor.maker.dials
    wishes, ideas = dials.wishes, jam.steering.ideas
    given = dials.given.name if dials.given else None
    return {
        "style": None if wishes.style is None else wishes.style.name.lower(),
        "feel": None if wishes.feel is None else wishes.feel.name.lower(),
        "density": wishes.density,
        "intensity": wishes.intensity,
        "humanize": wishes.humanize,
        "idea": dials.idea % len(ideas) + 1 if ideas and given is None else None,
        "given": given,
        "fill": dials.fill,
        "down": sorted(command.value for command in dials.down if isinstance(command, Command)),
        "controls": jam.controls.written,
        "learning": jam.controls.learning.value if jam.controls.learning else None,
    }


def _faults(snapshot: Snapshot) -> dict[str, object]:
    late = snapshot.lateness
    return {
        "hits": snapshot.hits,
        "late": snapshot.late,
        "repeated": snapshot.bars.repeated,
        "missed": snapshot.bars.missed,
        "dropped": snapshot.dropped,
        "garbled": snapshot.garbled,
        "refused": snapshot.refused,
        "lateness": [round(ms, 2) for ms in (late.p50, late.p99, late.max)],
        "level": None if snapshot.level_share is None else round(snapshot.level_share, 2),
        "clips": snapshot.clips,
        "away": list(snapshot.away),
        "trouble": snapshot.trouble,
    }


def _idea(idea: Idea) -> list[object]:
    return [idea.name, idea.bar.beats, *_strokes(idea.bar)]


def _strokes(pattern: Pattern) -> list[list[object]]:
    return [[round(hit.beat, DIGITS), _voice(hit.drum), hit.velocity] for hit in pattern.hits]


def _voice(drum: int) -> str:
    """A drum by its name: a number means nothing to who knows no MIDI."""
    voice = VOICE_OF.get(drum)
    return voice.name.lower() if voice is not None else str(drum)
