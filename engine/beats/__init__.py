"""The beat of a guitarist who plays alone, followed note by note."""

__all__ = [
    "plot",
]
