"""The results of an evaluation as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from engine.evaluation.results import MODEL, SongResult
from engine.evaluation.summary.summary import Summary

LEFT_OUT = ("drums", "kit", "notes", "other_ideas")  # what was played; the numbers come from it


@dataclass(frozen=True, slots=True)
class Conditions:
    """What was measured, and how."""

    bundle: str
    data: str
    split: str
    part: str
    seed: int
    temperature: float | None  # None: the bundle's own
    quick: bool


def document(
    results: Sequence[SongResult], summary: Summary, conditions: Conditions
) -> dict[str, Any]:
    """Everything that was found; `voices` are the model's."""
    found = asdict(summary)
    voices = {"voices": found["voices"][MODEL], "all_voices": found["voices"]}
    songs = [_song(result) for result in results]
    return {**asdict(conditions), **found, **voices, "songs": songs}


def _song(result: SongResult) -> dict[str, Any]:
    names = [each.name for each in fields(SongResult) if each.name not in LEFT_OUT]
    return {name: _plain(getattr(result, name)) for name in names}


def _plain(value: Any) -> Any:
    """Values as JSON knows them."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
