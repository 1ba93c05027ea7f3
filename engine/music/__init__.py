"""Musical values: notes, the kit, bars, what a player may wish for."""

__all__ = [
    "general_midi",
    "grid",
    "kit",
    "notes",
    "song",
    "wishes",
]
