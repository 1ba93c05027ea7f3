"""Learning: from a corpus to a checkpoint, and on to a bundle."""

__all__ = [
    "augment",
    "bar_table",
    "checkpoint",
    "cost",
    "count_combinations",
    "data_prep",
    "device",
    "distributed",
    "drum_task",
    "export",
    "growth",
    "redress",
    "run",
    "sampling",
    "scheduled_sampling",
    "song_grooves",
    "train",
    "warm_start",
]
