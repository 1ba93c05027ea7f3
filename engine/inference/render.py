"""From a guitar file to its drums on disk: what `drumd generate` does for each file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from engine.errors import EngineError, MidiError
from engine.grooves.given import groove_of_file
from engine.inference.accompany import Drummer, Take, accompany
from engine.midi.contents import contents_of, open_contents
from engine.midi.instruments import choose, instruments
from engine.midi.names import shown as shown_name
from engine.midi.read import song_of
from engine.midi.write import drum_file
from engine.music.bars import end_with_last_note
from engine.music.kit_map import STANDARD, kit_map
from engine.music.notes import Hit, Note
from engine.music.song import Bar, Song, bars
from engine.music.wishes import FREE, Wishes
from engine.storage.atomic import new_file
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
    ideas: int = 1  # how many of the drummer's ideas are written, the best first
    groove: Path | None = None  # a file whose drums are kept to; None: the drummer's own ideas
    kit: str = STANDARD  # whose keys the drums are written on
    heard: bytes | None = None  # the MIDI file that the source is heard as, where it is sound

    @property
    def targets(self) -> tuple[Path, ...]:
        """A file for each idea: `target`, and beside it NAME-2, NAME-3..."""
        numbers = range(2, self.ideas + 1)
        stem, ending = self.target.stem, self.target.suffix
        return self.target, *(self.target.with_name(f"{stem}-{k}{ending}") for k in numbers)


@dataclass(frozen=True, slots=True)
class WrittenIdea:
    """One of the drummer's ideas, as it was written."""

    target: Path
    groove: str  # what it is, in words; empty where the drummer does not say
    parts: str  # of the song, as letters: "A B A"
    hits: int


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
    ideas: tuple[WrittenIdea, ...] = ()


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
    """Reads the guitar, has it drummed to and writes what was asked for, all of it or nothing."""
    file = open_contents(job.source) if job.heard is None else contents_of(job.heard)
    try:
        guitar = choose(instruments(file), job.track)
    except MidiError as error:
        raise MidiError(f"{job.source}: {error}") from error
    song = song_of(file)
    played = tuple(bars(song))
    notes = end_with_last_note(guitar.notes, played)
    takes = _takes(job, notes, played, drummer)
    take = takes[0]
    if not take.played:
        raise MidiError(f"{job.source}: no bar of it can be drummed (metres of whole eighths can)")
    keep = guitar.places if job.with_guitar else frozenset()
    with ExitStack() as whole:
        plot, score = (whole.enter_context(_placed(path)) for path in (job.plot, job.score))
        for target, one in zip(job.targets, takes, strict=True):
            beside = whole.enter_context(_placed(target))
            if beside:
                beside.write_bytes(drum_file(file.raw, _on_keys(one.hits, job.kit), guitar=keep))
        _illustrate(replace(job, plot=plot, score=score), song, notes, takes)
    return RenderResult(
        job.source,
        job.target,
        str(guitar),
        bars=len(take.played),
        bars_rested=len(take.unfit),
        hits=len(take.hits),
        ideas=tuple(
            WrittenIdea(target, one.groove, form_of(one.parts), len(one.hits))
            for target, one in zip(job.targets, takes, strict=True)
        ),
    )


def _on_keys(hits: Sequence[Hit], kit: str) -> list[Hit]:
    """The hits on the keys of that kit."""
    keys = kit_map(kit)
    return [replace(hit, drum=keys.key(hit.drum)) for hit in hits]


def form_of(parts: str) -> str:
    """The parts of a song's bars as its form: "AAAABBAA" is "A B A"."""
    return " ".join(letter for letter, _ in groupby(parts))


def _takes(job: Job, notes: Sequence[Note], played: Sequence[Bar], drummer: Drummer) -> list[Take]:
    """The drums of each idea; an EngineError where a drummer of the first kit is asked for some."""
    if drummer.guide is None and (job.groove or job.ideas > 1):
        raise EngineError(
            "this bundle knows no grooves, so it has no ideas and takes none: use the one that"
            " ships, or export it again from a run that was trained with them"
        )
    groove = groove_of_file(job.groove) if job.groove else None
    return [
        accompany(
            notes,
            played,
            drummer,
            temperature=job.temperature,
            wishes=job.wishes,
            idea=number,
            groove=groove,
        )
        for number in range(job.ideas)
    ]


@lru_cache(maxsize=1)
def drummer_here(bundle: Path | None, seed: int) -> Drummer:
    """The one drummer of this process; it has no memory of what it played."""
    from engine.inference.infer import BundleDrummer as Player

    return Player(bundle, seed=seed)


def _illustrate(job: Job, song: Song, notes: Sequence[Note], takes: Sequence[Take]) -> None:
    if not (job.plot or job.score):
        return
    take = takes[0]
    end = max([note.end for note in notes] + [hit.beat for hit in take.hits])
    shown = list(bars(song, until=end))
    title = shown_name(job.source.stem)
    if job.plot:
        from engine.notation.piano_roll import Picture, write_ideas, write_plot

        if len(takes) > 1:
            pictures = [Picture(one.groove or title, notes, one.hits, shown) for one in takes]
            write_ideas(job.plot, title, pictures)
        else:
            write_plot(job.plot, Picture(title, notes, take.hits, shown))
    if job.score:
        from engine.notation.music_utils import write_score

        write_score(job.score, shown, take.hits, title=title)


@contextmanager
def _placed(path: Path | None) -> Iterator[Path | None]:
    """Where to write what goes to `path` once all of the job is done."""
    if path is None:
        yield None
        return
    try:
        with new_file(path) as beside:
            try:
                yield beside
            except EngineError as error:
                if str(beside) in str(error):
                    raise EngineError(str(error).replace(str(beside), str(path))) from error
                raise
    except OSError as error:
        raise MidiError(f"{path}: cannot be written ({error.strerror or error})") from error
