"""Finding the pulse in a guitarist's notes: what `engine.beats.tracker` is made of. Needs numpy."""

__all__ = [
    "bar",
    "chords",
    "family",
    "filter",
    "hypothesis",
    "inputs",
    "model",
    "network",
    "ranking",
    "relatives",
    "soloist",
    "sureness",
]
