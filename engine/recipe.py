"""A training recipe: a TOML file that states only what differs from the defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import ConfigError

Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How long and how fast to learn."""

    epochs: int = 10
    batch: int = 128
    rate: float = 1e-3
    warmup_steps: int = 200
    final_rate: float = 0.05  # share of `rate` left at the end of the cosine
    weight_decay: float = 0.01
    clip: float = 1.0
    save_every_s: float = 60.0
    threads: int = 0  # 0: all cores
    bfloat16: bool = False  # half again as fast on CPUs that have it


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run of training; `model` and `data` are what the task makes of them."""

    task: str = "drums"
    seed: int = 1
    model: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    train: TrainSettings = field(default_factory=TrainSettings)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], source: str) -> Recipe:
        known = [item.name for item in fields(cls)]
        _refuse_unknown(table, known, "", source)
        train = read_section(TrainSettings, table.get("train", {}), "train", source)
        return cls(**{**table, "train": train})


def load_recipe(path: Path) -> Recipe:
    """Raises ConfigError for a missing file, broken TOML or an unknown key."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; name a recipe") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    return Recipe.from_dict(table, str(path))


def read_section(
    cls: type[Section], table: Mapping[str, Any], name: str, source: str = "the recipe"
) -> Section:
    """A settings dataclass from a table; each value must be of the default's type."""
    kinds = {item.name: item.default for item in fields(cls)}  # type: ignore[arg-type]
    _refuse_unknown(table, list(kinds), name, source)
    table = {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
    for key, value in table.items():
        wanted = type(kinds[key])
        fits = isinstance(value, wanted) or (wanted is float and type(value) is int)
        if not fits or (wanted is int and isinstance(value, bool)):
            raise ConfigError(
                f"{source}: {name}.{key} must be {wanted.__name__} like {kinds[key]!r},"
                f" not {value!r}"
            )
    return cls(**table)


def _refuse_unknown(table: Mapping[str, Any], known: list[str], section: str, source: str) -> None:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{source}: [{section}] must be a table")
    for key in table:
        if key not in known:
            where = f"[{section}]" if section else "the top level"
            raise ConfigError(
                f"{source}: there is no key {key!r} in {where}; it knows {', '.join(known)}"
            )
