"""Teaches the ears: pieces of guitar whose strokes are known, and what tells strokes in them."""

__all__ = [
    "gear",
    "hands",
    "learn_evidence",
    "learn_strums",
    "peaks",
    "pieces",
    "strummed",
]
