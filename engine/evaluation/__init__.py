"""How well a bundle drums to songs that it has not seen."""

__all__ = [
    "evaluate",
    "hit_metrics",
    "measures",
    "report",
    "results",
    "songs",
    "style_trial",
    "summary",
    "touch_trial",
]
