"""What a drummer keeps to through a song: grooves, and which one fits what the guitar plays."""

__all__ = [
    "book",
    "given",
    "groove",
    "heard",
    "ideas",
    "memory",
    "training",
]
