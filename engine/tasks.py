"""The tasks that can be trained, by the name that a recipe gives them."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ConfigError
from engine.recipe import Recipe
from engine.training.train import Task


def open_task(recipe: Recipe, data: Path) -> Task:
    """The task of a recipe on its corpus."""
    if recipe.task == "drums":
        from engine.corpus.store import read_corpus
        from engine.training.drum_task import DrumTask

        return DrumTask(recipe, read_corpus(data))
    if recipe.task == "tokens":
        from engine.seed.token_task import open_token_task

        return open_token_task(recipe, data)
    raise ConfigError(f"there is no task {recipe.task!r}; a recipe knows 'drums' and 'tokens'")
