"""Musical values: notes, the kit, bars, what a player may wish for."""

__all__ = [
    "bars",
    "general_midi",
    "grid",
    "kit",
    "kit_map",
    "loop",
    "notes",
    "song",
    "wishes",
]
