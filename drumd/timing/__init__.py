"""Musical time: where the song is, and how sure we are of it."""

__all__ = [
    "bars",
    "clock",
    "link_lead",
    "musical",
    "reading",
    "select",
    "slew",
    "song_state",
    "sources",
    "timeline",
    "transport_place",
]
