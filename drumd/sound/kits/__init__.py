"""The kits that ship: tables of timbres, what makes them playable, and where they are kept."""

__all__ = [
    "build",
    "hand",
    "jazz",
    "kit",
    "pieces",
    "rock",
    "store",
    "tables",
]
