"""What was just played, kept after the fact: the last ten minutes, always in memory.

`keep` writes them as MIDI files with the tempo map that the musical clock had, one for each stretch
between rests; where the guitar came in as sound, that lies beside it, from the same moment on.
Belongs to the main thread; writing goes on beside it, on a copy.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import mido
import platformdirs

from drumd.errors import RecordError
from drumd.recording.recorder import KEPT, Recorder
from drumd.timing.song_state import SongState
from engine.music.notes import Metre
from engine.storage.outputs import free_name

MEMORY_S = 600.0
REST_S = 8.0  # a silence so long parts one take from the next
TAIL_S = 2.0  # of a take, behind its last note
LOOK_S = 0.05  # how closely the clock is remembered while it bends
MOST = 200_000  # messages: a flood may not fill the memory
NOTHING = "nothing was played yet: there is nothing to keep"

Heard = tuple[float, str, mido.Message]
SaveSound = Callable[[Path, float, float], object]  # a file, and from when to when it sounded
Place = tuple[float, SongState]  # when the song was where


@dataclass(frozen=True, slots=True)
class Take:
    """A stretch without a rest."""

    heard: Sequence[Heard]
    places: Sequence[Place]

    @property
    def start(self) -> float:
        return self.heard[0][0]

    @property
    def metre(self) -> Metre:
        """The metre that it begins in."""
        _, song = self.places[0] if self.places else (0.0, SongState())
        beat = song.timeline.beat_at(self.start) if song.timeline else 0.0
        return song.bars.change_at(beat).metre


def in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="keeper", daemon=True).start()


class Keeper:
    """Remembers guitar, drums and time."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        aside: Callable[[Callable[[], None]], None] = in_thread,
    ) -> None:
        self.sound: SaveSound | None = None  # what keeps the sound of a take too
        self.folder = folder or platformdirs.user_music_path() / "drumd"
        self._aside = aside
        self._heard = deque[Heard](maxlen=MOST)
        self._places = deque[Place]()

    def hear(self, moment: float, track: str, message: mido.Message) -> None:
        """Remember what was played at `moment` seconds."""
        if message.type in KEPT:
            self._heard.append((moment, track, message))

    def follow(self, now: float, song: SongState) -> None:
        """Remember where the song is, and forget what is long past."""
        seen, last = self._places[-1] if self._places else (now, None)
        moved = last is None or _apart(song, last)
        if moved or (song != last and now - seen >= LOOK_S):
            self._places.append((now, song))
        while self._heard and self._heard[0][0] < now - MEMORY_S:
            self._heard.popleft()
        while len(self._places) > 1 and self._places[1][0] < now - MEMORY_S:
            self._places.popleft()

    def keep(self, now: float, said: Callable[[str], object]) -> str:
        """Write what is remembered; `said` is told of the files, or of what is wrong."""
        takes = self._takes()
        if not takes:
            raise ValueError(NOTHING)
        ago = time.time() - now
        self._aside(lambda: self._write(takes, ago, said))
        seconds = now - takes[0].start
        long = f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
        return f"keeping the last {long} in {self.folder}"

    def _takes(self) -> list[Take]:
        heard = sorted(self._heard, key=itemgetter(0))
        cuts = [n for n, (a, b) in enumerate(pairwise(heard), 1) if b[0] - a[0] > REST_S]
        ends = zip([0, *cuts], [*cuts, len(heard)], strict=True)
        places = tuple(self._places)
        parts = (heard[begin:end] for begin, end in ends)
        return [
            Take(part, _places_in(places, part[0][0], part[-1][0] + TAIL_S))
            for part in parts
            if any(message.type == "note_on" for _, _, message in part)
        ]

    def _write(self, takes: Sequence[Take], ago: float, said: Callable[[str], object]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            names = [self._write_take(take, ago) for take in takes]
        except (OSError, RecordError) as error:
            said(f"what was played cannot be kept in {self.folder}: {error}")
        else:
            said(f"kept in {self.folder}: {', '.join(names)}")

    def _write_take(self, take: Take, ago: float) -> str:
        began = time.strftime("%Y-%m-%d %H.%M.%S", time.localtime(take.start + ago))
        path = free_name(self.folder / f"drumd {began}.mid")
        recorder = Recorder([path], take.metre)
        events = merge(
            ((place[0], partial(recorder.go_along, *place)) for place in take.places),
            ((heard[0], partial(recorder.hear, *heard)) for heard in take.heard),
            key=itemgetter(0),
        )
        for _, happens in events:
            happens()
        end = take.heard[-1][0] + TAIL_S
        recorder.go_along(end, take.places[-1][1] if take.places else SongState())
        recorder.close(end)
        if self.sound and recorder.began is not None:
            self.sound(free_name(path.with_suffix(".wav")), recorder.began, end)
        return path.name


def _apart(one: SongState, other: SongState) -> bool:
    """Whether the song has jumped, stopped, gone on or changed its metre between two states."""
    return (one.jumps, one.rolling, one.bars) != (other.jumps, other.rolling, other.bars)


def _places_in(places: Sequence[Place], start: float, end: float) -> list[Place]:
    """The places in a stretch, with the one that held as it began."""
    before = [place for place in places if place[0] <= start][-1:]
    return [
        *((start, song) for _, song in before),
        *(place for place in places if start < place[0] <= end),
    ]
