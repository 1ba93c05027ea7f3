"""How well a bundle drums to songs that it has not seen."""

__all__ = [
    "evaluate",
    "hit_metrics",
    "measures",
    "report",
    "results",
    "songs",
]
