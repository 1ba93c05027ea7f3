"""Plucked strings, so that the guitar is heard beside the drums."""

__all__ = [
    "cabinet",
    "guitar",
    "plucks",
    "track",
]
