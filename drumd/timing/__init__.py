"""Musical time: where the song is, and how sure we are of it."""

__all__ = [
    "bend",
    "choose",
    "clock",
    "counted",
    "follower",
    "free",
    "gaps",
    "given",
    "host",
    "jackroll",
    "line",
    "link",
    "musical",
    "reading",
    "regression",
    "source",
    "taps",
    "transport",
]
