"""All songs together: means with their intervals, by who drummed.

Conventions
-----------
- A mean is over the songs that have the number, all weighing the same, with the 95 % bootstrap
  interval of `engine.evaluation.hit_metrics.mean_over_songs`; None where no song has it.
- A *gain* is what the model's hit F1 (sixteenths) is above another's, song by song.
- *Won* and *lost* count the songs in which the model's hit F1 is above or below another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from engine.evaluation.hit_metrics import ROWS, HitScore, Mean, mean_over_songs
from engine.evaluation.measures.ideas import Ideas
from engine.evaluation.measures.keeper import TimeKeeping
from engine.evaluation.measures.likelihood import Likelihood
from engine.evaluation.measures.overlap import Overlap, features, overlap
from engine.evaluation.measures.returns import Returns
from engine.evaluation.measures.style import StyleFigures
from engine.evaluation.measures.styles import StylesHeard
from engine.evaluation.measures.two_sample import Auc
from engine.evaluation.measures.voices import VoiceRate, voice_rates
from engine.evaluation.results import MODEL, PLAYERS, TRUTH, SongResult
from engine.evaluation.summary.judgement import judgement

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCORES = ("f1", "precision", "recall", "jaccard", "hits_per_bar", "true_hits_per_bar")

Row = dict[str, Mean | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Won:
    """Songs by whose hit F1 is higher."""

    won: int
    lost: int
    even: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found in all songs; the outer key is who drummed where not told otherwise."""

    songs: int
    bars: int
    means: Mapping[str, dict[str, Mean]]  # SCORES, on the grid of sixteenths
    fine: Mapping[str, dict[str, Mean]]  # the same on the finer grid
    gains: Mapping[str, Mean]
    won: Mapping[str, Won]
    voices: Mapping[str, Row]  # hit F1 by the names of ROWS
    fine_voices: Mapping[str, Row]
    likelihood: Row  # by the fields of Likelihood
    listening: Mapping[str, Row]  # by pair of features, TRUTH included
    style: Mapping[str, Row]  # by the fields of StyleFigures, TRUTH included
    responses: Mapping[str, Row]  # outer key: what was done to the guitar
    overlaps: Mapping[str, dict[str, Overlap | None]]  # by feature
    ideas: Row  # by the fields of Ideas
    keepers: Mapping[str, Row]  # by the fields of TimeKeeping
    returns: Mapping[str, Row]  # by the fields of Returns, TRUTH included
    strokes: Mapping[str, VoiceRate]  # the model's, by voice of the whole kit
    judged: Mapping[str, Auc | None]  # by what is judged; empty where no judge was asked
    styles: StylesHeard | None = None  # where songs were played in every style


def summarise(results: Sequence[SongResult], *, judge: bool = False) -> Summary:
    """The means of all measures; ValueError where there are no songs.

    With `judge` boosted trees, which need scikit-learn, try to tell the model from the true drums.
    """
    if not results:
        raise ValueError("there must be a song to sum up")
    players = [who for who in PLAYERS if any(who in one.scores for one in results)]
    everyone = [TRUTH, *players]
    changes = dict.fromkeys(name for one in results for name in one.responses)
    return Summary(
        songs=len(results),
        bars=sum(one.bars for one in results),
        means={who: _scores(_having(who, [r.scores for r in results])) for who in players},
        fine={who: _scores(_having(who, [r.fine for r in results])) for who in players},
        gains={who: gain(results, who) for who in players if who != MODEL},
        won={who: won(results, who) for who in players if who != MODEL},
        voices={who: _voices(_having(who, [r.scores for r in results])) for who in players},
        fine_voices={who: _voices(_having(who, [r.fine for r in results])) for who in players},
        likelihood=_rows([one.likelihood for one in results], Likelihood),
        listening={who: _row(_having(who, [r.listening for r in results])) for who in everyone},
        style={
            who: _rows(_having(who, [r.style for r in results]), StyleFigures) for who in everyone
        },
        responses={
            name: _row([asdict(one) for one in _having(name, [r.responses for r in results])])
            for name in changes
        },
        overlaps={who: overlaps(results, who) for who in players},
        ideas=_rows([one.ideas for one in results], Ideas),
        keepers={
            who: _rows(_having(who, [r.keepers for r in results]), TimeKeeping) for who in players
        },
        returns={
            who: _rows(_having(who, [r.returns for r in results]), Returns) for who in everyone
        },
        strokes=voice_rates(*([r.strokes[who] for r in results] for who in (TRUTH, MODEL))),
        judged=judgement(results) if judge else {},
    )


def mean(values: Iterable[float | None]) -> Mean | None:
    """The mean of the numbers that there are."""
    known = [value for value in values if value is not None]
    return mean_over_songs(known) if known else None


def gain(results: Sequence[SongResult], who: str) -> Mean:
    """What the model's F1 is above another's, song by song."""
    both = _both(results, who)
    return mean_over_songs([own - other for own, other in both])


def won(results: Sequence[SongResult], who: str) -> Won:
    """In how many songs the model is above another."""
    both = _both(results, who)
    above, below = sum(a > b for a, b in both), sum(a < b for a, b in both)
    return Won(above, below, len(both) - above - below)


def overlaps(results: Sequence[SongResult], who: str) -> dict[str, Overlap | None]:
    """How far a player's songs are spread as the true ones, by feature."""
    both = [one.drums for one in results if who in one.drums]
    true, own = ([features(one[name]) for one in both] for name in (TRUTH, who))
    return {
        name: overlap([one[name] for one in true], [one[name] for one in own]) for name in true[0]
    }


def _both(results: Sequence[SongResult], who: str) -> list[tuple[float, float]]:
    return [(one.scores[MODEL].f1, one.scores[who].f1) for one in results if who in one.scores]


def _having(who: str, songs: Iterable[Mapping[str, T]]) -> list[T]:
    return [one[who] for one in songs if who in one]


def _scores(scores: Sequence[HitScore]) -> dict[str, Mean]:
    return {name: mean_over_songs([getattr(one, name) for one in scores]) for name in SCORES}


def _voices(scores: Sequence[HitScore]) -> Row:
    columns = zip(*(one.voice_f1 for one in scores), strict=True)
    return {row.name.lower(): mean(column) for row, column in zip(ROWS, columns, strict=True)}


def _rows(songs: Sequence[DataclassInstance], kind: type[DataclassInstance]) -> Row:
    """The means of what each song has one of, by its fields."""
    return _row([asdict(one) for one in songs], [each.name for each in fields(kind)])


def _row(songs: Sequence[Mapping[str, float | None]], names: Iterable[str] = ()) -> Row:
    return {name: mean(one[name] for one in songs) for name in names or songs[0]}
