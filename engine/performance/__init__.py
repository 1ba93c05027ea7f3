"""How a pattern is played: phrases, expression, dynamics. Free of numpy."""

__all__ = [
    "dynamics",
    "expression",
    "phrase",
]
