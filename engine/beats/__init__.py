"""The beat of a guitarist who plays alone, followed note by note."""

__all__ = [
    "count_in",
    "plot",
    "pulse",
    "records",
    "tracker",
    "training",
    "whole",
]
