"""Learning: from a corpus to a checkpoint, and on to a bundle."""

__all__ = [
    "augment",
    "bar_table",
    "checkpoint",
    "cost",
    "data_prep",
    "device",
    "distributed",
    "drum_task",
    "export",
    "run",
    "sampling",
    "scheduled_sampling",
    "train",
    "warm_start",
]
