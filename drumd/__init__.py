"""drumd: the drummer that a guitarist can jam with."""

__version__ = "0.1.0"
