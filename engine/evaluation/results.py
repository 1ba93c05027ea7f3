"""What an evaluation finds: who drummed, what the model did with a song, and all measures of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.evaluation.hit_metrics import HitScore
from engine.evaluation.measures.baselines import COMMON, LATE, LOOP, NEAREST, ROCK
from engine.evaluation.measures.counterfactuals import Response
from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.measures.ideas import Ideas
from engine.evaluation.measures.keeper import TimeKeeping
from engine.evaluation.measures.likelihood import Likelihood
from engine.evaluation.measures.listening import Listening
from engine.evaluation.measures.returns import Returns
from engine.evaluation.measures.style import StyleFigures
from engine.music.notes import Hit, Note

MODEL, LIVE, OTHER, TRUTH = "model", "model, live", "other guitar", "true drums"
TOLD = "model, told the typical bar"
PLAYERS = (
    MODEL,
    LIVE,
    OTHER,
    TOLD,
    LOOP,
    ROCK,
    COMMON,
    NEAREST,
    LATE,
)  # in the order they are shown


@dataclass(frozen=True, slots=True)
class Performance:
    """What the model did with one song; hits in beats from its start."""

    hits: Mapping[str, tuple[Hit, ...]]  # by MODEL, LIVE, TOLD and, with a lender, OTHER
    likelihood: Likelihood
    responses: Mapping[str, Response]
    ideas: tuple[tuple[Hit, ...], ...] = ()  # beside the first, which is MODEL's


@dataclass(frozen=True, slots=True)
class SongResult:
    """All measures of one song by who drummed; a player that could not play is missing."""

    file: str
    group: str
    metre: str
    bpm: float
    feel: str
    bars: int  # that were scored
    other: str  # the song that lent its guitar
    scores: Mapping[str, HitScore]  # on the grid of sixteenths
    fine: Mapping[str, HitScore]  # on the finer grid
    listening: Mapping[str, Listening]  # TRUTH included, as in the next two
    style: Mapping[str, StyleFigures]
    likelihood: Likelihood
    responses: Mapping[str, Response]
    ideas: Ideas
    keepers: Mapping[str, TimeKeeping]
    returns: Mapping[str, Returns]  # TRUTH included
    strokes: Mapping[str, Mapping[str, float]]  # a bar, by voice of the whole kit: TRUTH and MODEL
    drums: Mapping[str, Drumming] = field(repr=False, compare=False)
    kit: Mapping[str, Drumming] = field(repr=False, compare=False)  # whole: TRUTH and MODEL
    notes: tuple[Note, ...] = field(default=(), repr=False, compare=False)
    other_ideas: tuple[Drumming, ...] = field(default=(), repr=False, compare=False)  # whole kit
