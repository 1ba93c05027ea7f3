"""Music to be read: notation and pictures of notes."""

__all__ = [
    "drum_instruments",
    "music_utils",
    "piano_roll",
]
