"""A jam kept as a MIDI file and a diary, and the page that shows how it went."""

__all__ = [
    "diary",
    "keeper",
    "moment",
    "recorded",
    "recorder",
    "report",
    "tempo_track",
]
