"""How near a bundle's drums come to those of songs it has not seen, beside what anyone could play.

Each song is drummed to from its first bar to its last, unprimed: the drummer hears the guitar and
its own drums, never the true ones. Beside it stand the fixed rock beat, and the same drummer who
hears the guitar of another song: who does not gain on that does not listen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.accompany import Drummer, accompany
from engine.errors import EngineError
from engine.eval_songs import EvalSong, borrowed_guitar, other_song
from engine.files import drummer_here
from engine.metrics import Mean, Roll, Score, mean_over_songs, rock_beat, score
from engine.notes import Hit, Note
from engine.song import Bar
from engine.workers import WorkerLostError, work_through

PATIENCE_S = 1800.0
MODEL, ROCK, OTHER = "model", "rock beat", "other guitar"

Progress = Callable[[int, int], None]  # songs done, songs in all


@dataclass(frozen=True, slots=True)
class Task:
    """One song to measure."""

    song: EvalSong
    lender: EvalSong | None  # whose guitar is heard instead of its own
    bundle: Path | None
    seed: int = 0
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class SongResult:
    """The scores of one song by who drummed; OTHER is missing where no song could lend a guitar."""

    file: str
    metre: str
    bpm: float
    bars: int  # that were scored
    other: str  # the song that lent its guitar
    scores: Mapping[str, Score]


def evaluate(
    songs: Sequence[EvalSong],
    *,
    bundle: Path | None = None,
    seed: int = 0,
    temperature: float | None = None,
    processes: int = 1,
    progress: Progress = lambda *_: None,
) -> list[SongResult]:
    """The results of all songs, in their order. Raises EngineError if one cannot be measured."""
    tasks = [Task(song, other_song(song, songs), bundle, seed, temperature) for song in songs]
    results: dict[int, SongResult] = {}
    progress(0, len(tasks))
    for index, answer in work_through(_run, tasks, jobs=processes, patience_s=PATIENCE_S):
        if not isinstance(answer, SongResult):
            reason = answer if isinstance(answer, WorkerLostError | str) else "no answer"
            raise EngineError(f"{songs[index].file} cannot be measured: {reason}")
        results[index] = answer
        progress(len(results), len(tasks))
    return [results[index] for index in range(len(tasks))]


def measure(task: Task, drummer: Drummer) -> SongResult:
    """The scores of one song."""
    song = task.song
    bars = song.scored_bars()
    truth = song.roll(bars, song.hit_beats, song.hit_voices)
    played = {MODEL: _free_run(song, song.notes, bars, drummer, task), ROCK: _rock(song, bars)}
    if task.lender is not None:
        notes = borrowed_guitar(song, task.lender)
        played[OTHER] = _free_run(song, notes, bars, drummer, task)
    return SongResult(
        file=song.file,
        metre=str(song.metre),
        bpm=round(song.bpm, 2),
        bars=len(bars),
        other=task.lender.file if task.lender else "",
        scores={name: score(truth, answer) for name, answer in played.items()},
    )


def means(results: Sequence[SongResult]) -> dict[str, dict[str, Mean]]:
    """By who drummed, the mean of each measure over the songs that have it."""
    found: dict[str, dict[str, Mean]] = {}
    for name in (MODEL, ROCK, OTHER):
        scores = [result.scores[name] for result in results if name in result.scores]
        if scores:
            found[name] = {
                "f1": mean_over_songs([each.f1 for each in scores]),
                "precision": mean_over_songs([each.precision for each in scores]),
                "recall": mean_over_songs([each.recall for each in scores]),
                "jaccard": mean_over_songs([each.jaccard for each in scores]),
                "hits_per_bar": mean_over_songs([each.hits_per_bar for each in scores]),
                "true_hits_per_bar": mean_over_songs([each.true_hits_per_bar for each in scores]),
            }
    return found


def gains(results: Sequence[SongResult]) -> dict[str, Mean]:
    """What the model's F1 is above each other drummer's, song by song."""
    found = {}
    for name in (ROCK, OTHER):
        both = [result.scores for result in results if name in result.scores]
        if both:
            found[name] = mean_over_songs([one[MODEL].f1 - one[name].f1 for one in both])
    return found


def voice_means(results: Sequence[SongResult], name: str) -> list[Mean | None]:
    """The mean F1 of each row of `engine.metrics.ROWS`, over the songs in which it is played."""
    rows = zip(*(result.scores[name].voice_f1 for result in results), strict=True)
    played = ([value for value in row if value is not None] for row in rows)
    return [mean_over_songs(values) if values else None for values in played]


def _run(task: Task) -> SongResult | str:
    """In a process of its own: the result, or why there is none."""
    try:
        return measure(task, drummer_here(task.bundle, task.seed))
    except EngineError as error:
        return str(error)


def _free_run(
    song: EvalSong, notes: Sequence[Note], bars: Sequence[Bar], drummer: Drummer, task: Task
) -> Roll:
    take = accompany(notes, song.bars, drummer, temperature=task.temperature)
    return _roll(song, bars, take.hits)


def _rock(song: EvalSong, bars: Sequence[Bar]) -> Roll:
    hits = [
        Hit(bar.start + hit.beat, hit.drum, hit.velocity)
        for bar in bars
        for hit in rock_beat(bar.metre).hits
    ]
    return _roll(song, bars, hits)


def _roll(song: EvalSong, bars: Sequence[Bar], hits: Sequence[Hit]) -> Roll:
    voiced = [(hit.beat, int(hit.voice)) for hit in hits if hit.voice is not None]
    return song.roll(bars, [beat for beat, _ in voiced], [voice for _, voice in voiced])
