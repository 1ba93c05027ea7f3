"""The networks that drum, by the name that a recipe gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import ConfigError
from engine.models.seq_model import ModelSettings, Seq2Seq
from engine.models.transformer import Transformer, TransformerSettings
from engine.recipe import read_section

Network = Seq2Seq | Transformer


def build_network(table: Mapping[str, Any]) -> Network:
    """An untrained network from the section [model] of a recipe: its `kind`, and its sizes."""
    sizes = dict(table)
    kind = sizes.pop("kind", "lstm")
    if kind == "lstm":
        return Seq2Seq(read_section(ModelSettings, sizes, "model"))
    if kind == "transformer":
        return Transformer(read_section(TransformerSettings, sizes, "model"))
    raise ConfigError(f"model.kind must be 'lstm' or 'transformer', not {kind!r}")
