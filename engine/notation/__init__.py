"""Music to be read: notation and pictures of notes."""

__all__ = [
    "music_utils",
    "piano_roll",
]
