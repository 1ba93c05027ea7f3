"""From bars that are cued to strokes that leave on time."""

__all__ = [
    "clock_out",
    "in_flight",
    "punctual",
    "realtime",
    "scheduler",
    "together",
]
