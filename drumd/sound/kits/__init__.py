"""The kits that ship: tables of timbres, what makes them playable, and where they are kept."""

__all__ = [
    "build",
    "hand",
    "jazz",
    "kit",
    "pieces",
    "rock",
    "sample_files",
    "sampled",
    "sfz",
    "soundfont",
    "store",
    "strokes",
    "tables",
]
