"""What a run cost, as its bundle tells it."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from engine.recipe import read_section
from engine.training.checkpoint import Checkpoint
from engine.training.sampling import DataSettings


def cost_of(log: Path, checkpoint: Checkpoint) -> dict[str, Any]:
    """Epochs, windows and seconds of a run that learnt drums, by its log.

    The seconds are those at its usual speed, validation and pauses left out. Older logs tell no
    windows; those of the recipe are taken.
    """
    data = read_section(DataSettings, checkpoint.recipe["data"], "data")
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    epochs = [json.loads(line) for line in lines]
    windows = sum(epoch.get("windows", data.epoch_windows) for epoch in epochs)
    speed = median(epoch["windows_per_s"] for epoch in epochs) if epochs else inf
    return {"epochs": len(epochs), "windows": windows, "seconds": round(windows / speed)}
