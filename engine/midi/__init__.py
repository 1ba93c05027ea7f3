"""MIDI files: read, written, and whose part is whose."""

__all__ = [
    "contents",
    "instruments",
    "names",
    "read",
    "recorded",
    "smf",
    "write",
]
