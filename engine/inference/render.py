"""From a guitar file to its drums on disk: what `drumd generate` does for each file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import EngineError, MidiError
from engine.inference.accompany import Drummer, Take, accompany
from engine.midi.instruments import Instrument, choose, instruments
from engine.midi.read import parse_song, read_file
from engine.midi.smf import parse
from engine.midi.write import drum_file
from engine.music.song import Song, bars
from engine.music.wishes import FREE, Wishes
from engine.storage.workers import Progress, WorkerLostError, work_through

PATIENCE_S = 900.0  # the longest song that can be read takes less


@dataclass(frozen=True, slots=True)
class Job:
    """One guitar file to drum to, and what to make of it."""

    source: Path
    target: Path
    track: str | None = None  # None: the likeliest guitar
    bundle: Path | None = None  # None: the one that ships
    seed: int = 0
    temperature: float | None = None  # None: the bundle's own
    with_guitar: bool = False
    plot: Path | None = None
    score: Path | None = None
    wishes: Wishes = FREE


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What became of a job; `error` is empty where all went well."""

    source: Path
    target: Path
    guitar: str = ""
    bars: int = 0
    bars_rested: int = 0  # with guitar, but of a length that the grid cannot hold
    hits: int = 0
    error: str = ""


def drum_all(
    jobs: Sequence[Job], *, processes: int, progress: Progress = lambda *_: None
) -> list[RenderResult]:
    """Works through all jobs on several processes; what goes wrong with one is in its outcome."""
    outcomes: list[RenderResult | None] = [None] * len(jobs)
    progress(0, len(jobs))
    finished = work_through(run, jobs, jobs=processes, patience_s=PATIENCE_S)
    for done, (index, answer) in enumerate(finished, start=1):
        job = jobs[index]
        lost = isinstance(answer, WorkerLostError)
        outcomes[index] = (
            RenderResult(job.source, job.target, error=f"{job.source}: {answer}")
            if lost
            else answer
        )
        progress(done, len(jobs))
    return [outcome for outcome in outcomes if outcome is not None]


def run(job: Job) -> RenderResult:
    """Does a job with the bundle that it names; never raises for what is wrong with a file."""
    try:
        return drum(job, drummer_here(job.bundle, job.seed))
    except EngineError as error:
        return RenderResult(job.source, job.target, error=str(error))


def drum(job: Job, drummer: Drummer) -> RenderResult:
    """Reads the guitar, has it drummed to and writes what was asked for."""
    data = read_file(job.source)
    try:
        song, guitar = _read(data, job.track)
    except MidiError as error:
        raise MidiError(f"{job.source}: {error}") from error
    take = accompany(
        guitar.notes,
        bars(song),
        drummer,
        temperature=job.temperature,
        wishes=job.wishes,
    )
    if not take.played:
        raise MidiError(f"{job.source}: no bar of it can be drummed (metres of whole eighths can)")
    if job.with_guitar and guitar.place is None:
        raise MidiError(f"{job.source}: its guitar cannot be told apart, so it cannot be kept")
    keep = [guitar.place] if job.with_guitar and guitar.place else []
    _write(job.target, drum_file(data, take.hits, guitar=keep))
    _illustrate(job, song, guitar, take)
    return RenderResult(
        job.source,
        job.target,
        str(guitar),
        bars=len(take.played),
        bars_rested=len(take.unfit),
        hits=len(take.hits),
    )


@lru_cache(maxsize=1)
def drummer_here(bundle: Path | None, seed: int) -> Drummer:
    """The one drummer of this process; it has no memory of what it played."""
    from engine.inference.infer import BundleDrummer as Player

    return Player(bundle, seed=seed)


def _read(data: bytes, track: str | None) -> tuple[Song, Instrument]:
    song = parse_song(data)
    return song, choose(instruments(song, parse(data)), track)


def _illustrate(job: Job, song: Song, guitar: Instrument, take: Take) -> None:
    if not (job.plot or job.score):
        return
    end = max([note.end for note in guitar.notes] + [hit.beat for hit in take.hits])
    shown = list(bars(song, until=end))
    title = job.source.stem
    if job.plot:
        from engine.notation.piano_roll import Picture, write_plot

        write_plot(job.plot, Picture(title, guitar.notes, take.hits, shown))
    if job.score:
        from engine.notation.music_utils import write_score

        write_score(job.score, shown, take.hits, title=title)


def _write(path: Path, data: bytes) -> None:
    """Puts the file in its place when it is whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise MidiError(f"{path}: cannot be written ({error.strerror or error})") from error
