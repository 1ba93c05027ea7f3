"""From bars that are cued to strokes that leave on time."""

__all__ = [
    "in_flight",
    "punctual",
    "realtime",
    "scheduler",
    "together",
]
