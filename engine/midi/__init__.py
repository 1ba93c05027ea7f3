"""MIDI files: read, written, and whose part is whose."""

__all__ = [
    "instruments",
    "read",
    "smf",
    "write",
]
