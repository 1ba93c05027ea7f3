"""Several bundles side by side: how large, how good, how quick, and what they cost to train."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.live import Live
from engine.evaluation.results import MODEL
from engine.evaluation.songs import EvalSong
from engine.evaluation.summary.summary import Summary
from engine.inference.accompany import Drummer, accompany
from engine.inference.bundle import Bundle
from engine.music.notes import Pattern, Request

TIMED_BARS = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One bundle. Means are over songs; None where no song has the number."""

    bundle: str
    architecture: str
    parameters: int
    bytes: int  # of its networks
    primed: Mean | None  # bits a bar, as the next three
    unprimed: Mean | None
    worth_primed: Mean | None
    worth_unprimed: Mean | None
    f1: Mean
    p50_ms: float  # to answer a bar live, on one thread
    p95_ms: float
    windows: int | None  # learnt from; None where the bundle does not say, as the next
    trained_s: float | None


def row(bundle: Bundle, summary: Summary, answers_ms: Sequence[float]) -> Row:
    """The figures of a bundle."""
    about, likelihood = bundle.about, summary.likelihood
    parts = [run.get("training") for run in _runs(about)]
    known = [part for part in parts if part] if all(parts) else []
    return Row(
        bundle=Path(bundle.folder).name,
        architecture=about["architecture"],
        parameters=about["parameters"],
        bytes=sum(entry["bytes"] for entry in about["files"].values()),
        primed=likelihood["primed"],
        unprimed=likelihood["unprimed"],
        worth_primed=likelihood["worth_primed"],
        worth_unprimed=likelihood["worth_unprimed"],
        f1=summary.means[MODEL]["f1"],
        p50_ms=float(np.percentile(answers_ms, 50)),
        p95_ms=float(np.percentile(answers_ms, 95)),
        windows=sum(part["windows"] for part in known) or None,
        trained_s=sum(part["seconds"] for part in known) or None,
    )


def _runs(about: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is told of a bundle's run, and of those that it went on from."""
    yield about
    if "begun_from" in about:
        yield from _runs(about["begun_from"])


def answers_ms(drummer: Drummer, songs: Sequence[EvalSong]) -> list[float]:
    """How long each bar of the first songs takes when it is asked for as in a jam."""
    stopwatch = Stopwatch(drummer)
    for song in songs:
        accompany(song.notes, song.bars, Live(stopwatch))
        if len(stopwatch.took_ms) >= TIMED_BARS:
            break
    return stopwatch.took_ms


class Stopwatch:
    """Times each answer of a drummer, who plays as many takes as he does in a jam."""

    def __init__(self, drummer: Drummer) -> None:
        self.took_ms: list[float] = []
        self.guide, self._drummer = drummer.guide, drummer

    def play(self, request: Request) -> Pattern:
        begun = time.perf_counter()
        pattern = self._drummer.play(replace(request, takes=None))
        self.took_ms.append(1e3 * (time.perf_counter() - begun))
        return pattern
