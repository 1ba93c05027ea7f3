"""Songs turned into pairs of guitar and drums to learn from."""

__all__ = [
    "clean",
    "groove_midi",
    "human",
    "manifest",
    "pairs",
    "prepare",
    "store",
    "styles",
]
