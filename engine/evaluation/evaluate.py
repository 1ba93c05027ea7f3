"""How a bundle drums to songs it has not seen, beside what anyone could play.

Each song is drummed to from its first bar to its last, unprimed: the drummer hears the guitar and
its own drums, never the true ones. Beside it stand the same drummer live, who hears no guitar
beyond the bar line; the same drummer who hears the guitar of another song (who does not gain on
that does not listen); and the baselines. What is measured is told in `engine.evaluation.measures`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.corpus.store import Corpus
from engine.errors import EngineError
from engine.evaluation.hit_metrics import HitScore, score
from engine.evaluation.measures.baselines import Baselines, typical_bar
from engine.evaluation.measures.counterfactuals import response, variants
from engine.evaluation.measures.drumming import Drumming, drumming
from engine.evaluation.measures.ideas import Ideas, ideas
from engine.evaluation.measures.keeper import keeps
from engine.evaluation.measures.likelihood import GUITARS, Reader, likelihood, true_pattern
from engine.evaluation.measures.listening import listening
from engine.evaluation.measures.live import Live
from engine.evaluation.measures.returns import form, returns
from engine.evaluation.measures.style import About, style
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.measures.voices import per_bar
from engine.evaluation.results import (
    LIVE,
    MODEL,
    OTHER,
    PLAYERS,
    TOLD,
    TRUTH,
    Performance,
    SongResult,
)
from engine.evaluation.songs import EvalSong, borrowed_guitar, other_songs
from engine.grooves.groove import Groove
from engine.grooves.ideas import IDEAS
from engine.inference.accompany import Drummer, accompany
from engine.music.notes import Hit, Note
from engine.music.song import Bar
from engine.storage.workers import Progress, WorkerLostError, work_through

PATIENCE_S = 1800.0


@dataclass(frozen=True, slots=True)
class SongTask:
    """One song to drum to, in a process of its own."""

    song: EvalSong
    lenders: tuple[EvalSong, ...] = ()  # whose guitars are heard instead of its own, nearest first
    bundle: Path | None = None
    seed: int = 0
    temperature: float | None = None  # None: the bundle's own
    ideas: int = 1  # how many are played, the first included


def evaluate(
    corpus: Corpus,
    songs: Sequence[EvalSong],
    *,
    pool: Sequence[EvalSong] = (),
    bundle: Path | None = None,
    seed: int = 0,
    temperature: float | None = None,
    guitars: int = GUITARS,
    ideas: int = IDEAS,
    processes: int = 1,
    progress: Progress = lambda *_: None,
) -> list[SongResult]:
    """The results of all songs, in their order. Raises EngineError if one cannot be measured.

    `pool` holds the songs that may lend their guitars (the measured ones if left out), of which
    `guitars` - 1 are asked; with fewer than ten guitars the right one is not looked for. `ideas`
    says how many are played to each song.
    """
    training = TrainingBars(corpus)
    baselines, known = Baselines(training), training.two_bar_patterns()
    lenders = [tuple(other_songs(song, pool or songs, guitars - 1)) for song in songs]
    tasks = [
        SongTask(song, lent, bundle, seed, temperature, ideas)
        for song, lent in zip(songs, lenders, strict=True)
    ]
    results: dict[int, SongResult] = {}
    progress(0, len(tasks))
    for index, answer in work_through(_run, tasks, jobs=processes, patience_s=PATIENCE_S):
        results[index] = measure(tasks[index], _performance(songs[index], answer), baselines, known)
        progress(len(results), len(tasks))
    return [results[index] for index in range(len(tasks))]


def perform(task: SongTask, reader: Reader) -> Performance:
    """Have the model play a song in every way that is measured."""
    song, bars = task.song, task.song.scored_bars()
    played = {
        MODEL: _free_run(song, song.notes, reader, task),
        LIVE: _free_run(song, song.notes, Live(reader), task),
    }
    typical = typical_bar(song, bars)
    if typical is not None and reader.guide is not None:
        told = Groove(true_pattern(sorted(song.hits()), typical), typical.metre)
        played[TOLD] = _free_run(song, song.notes, reader, task, groove=told)
    if task.lenders:
        played[OTHER] = _free_run(song, borrowed_guitar(song, task.lenders[0]), reader, task)
    responses = {
        name: response(played[MODEL], _free_run(song, one.notes, reader, task), one.bars)
        for name, one in variants(song.notes, bars).items()
    }
    return Performance(
        hits=played,
        likelihood=likelihood(song, bars, task.lenders, reader),
        responses=responses,
        ideas=tuple(
            _free_run(song, song.notes, reader, task, idea=number)
            for number in range(1, task.ideas)
        ),
    )


def measure(
    task: SongTask, performance: Performance, baselines: Baselines, known: Collection[bytes]
) -> SongResult:
    """All measures of one song; `known` are the two-bar patterns of training."""
    song, bars = task.song, task.song.scored_bars()
    numbers = [song.bars.index(bar) for bar in bars]
    played = {**performance.hits, **baselines.play(song, bars)}
    truth = drumming(bars, numbers, song.hits())
    drums = {who: drumming(bars, numbers, played[who]) for who in PLAYERS if who in played}
    everyone = {TRUTH: truth, **drums}
    kit = {TRUTH: _kit(truth, song.hits()), MODEL: _kit(truth, performance.hits[MODEL])}
    found = form(song.notes, bars, truth.number)
    scores = {
        fine: {who: _score(song, bars, played[who], fine=fine) for who in drums}
        for fine in (False, True)
    }
    about = About(song.feel, song.has_dynamics)
    return SongResult(
        file=song.file,
        group=song.group,
        metre=str(song.metre),
        bpm=round(song.bpm, 2),
        feel=song.feel,
        bars=len(bars),
        other=task.lenders[0].file if task.lenders else "",
        scores=scores[False],
        fine=scores[True],
        listening={who: listening(song.notes, one) for who, one in everyone.items()},
        style={who: style(truth, one, about, known) for who, one in everyone.items()},
        likelihood=performance.likelihood,
        responses=performance.responses,
        ideas=_ideas(truth, performance),
        keepers={who: keeps(truth, one) for who, one in drums.items()},
        returns={who: returns(one, found) for who, one in everyone.items()},
        strokes={who: per_bar(one) for who, one in kit.items()},
        drums=everyone,
        kit=kit,
        notes=song.notes,
        other_ideas=tuple(_kit(truth, hits) for hits in performance.ideas),
    )


def _ideas(truth: Drumming, performance: Performance) -> Ideas:
    answers = (performance.hits[MODEL], *performance.ideas)
    heard = [drumming(truth.bars, truth.number, hits).roll() for hits in answers]
    return ideas(truth.roll(), heard)


def _kit(truth: Drumming, hits: Sequence[Hit]) -> Drumming:
    """The strokes in the same bars, every voice by itself."""
    return drumming(truth.bars, truth.number, hits, whole_kit=True)


def _performance(song: EvalSong, answer: object) -> Performance:
    if isinstance(answer, Performance):
        return answer
    reason = answer if isinstance(answer, WorkerLostError | str) else "no answer"
    raise EngineError(f"{song.file} cannot be measured: {reason}")


def _score(song: EvalSong, bars: Sequence[Bar], hits: Sequence[Hit], *, fine: bool) -> HitScore:
    voiced = [(hit.beat, int(hit.voice)) for hit in hits if hit.voice is not None]
    beats, voices = [beat for beat, _ in voiced], [voice for _, voice in voiced]
    truth = song.roll(bars, song.hit_beats, song.hit_voices, fine=fine)
    return score(truth, song.roll(bars, beats, voices, fine=fine))


def _run(task: SongTask) -> Performance | str:
    """In a process of its own: the performance, or why there is none."""
    try:
        return perform(task, _reader(task.bundle, task.seed))
    except EngineError as error:
        return str(error)


@lru_cache(maxsize=1)
def _reader(bundle: Path | None, seed: int) -> Reader:
    """The one drummer of this process; it has no memory of what it played."""
    from engine.inference.infer import BundleDrummer as Player

    return Player(bundle, seed=seed)


def _free_run(
    song: EvalSong,
    notes: Sequence[Note],
    drummer: Drummer,
    task: SongTask,
    *,
    idea: int = 0,
    groove: Groove | None = None,
) -> tuple[Hit, ...]:
    end = max((note.end for note in notes), default=0.0)
    bars = [bar for bar in song.bars if bar.start < end]
    return accompany(
        notes, bars, drummer, temperature=task.temperature, idea=idea, groove=groove
    ).hits
