"""Musical time: where the song is, and how sure we are of it."""

__all__ = [
    "clock",
    "musical",
    "reading",
    "select",
    "slew",
    "sources",
    "timeline",
    "transport_place",
]
