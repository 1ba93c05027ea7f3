"""The engine: from guitar notes to drum patterns, and how it is learnt."""

__all__ = [
    "beats",
    "corpus",
    "encoding",
    "errors",
    "evaluation",
    "grooves",
    "hearing",
    "inference",
    "midi",
    "models",
    "music",
    "notation",
    "pages",
    "performance",
    "recipe",
    "seed",
    "storage",
    "tasks",
    "training",
]
