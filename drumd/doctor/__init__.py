"""What may be wrong with a system, and what to do about it."""

__all__ = [
    "findings",
    "selftest",
    "system",
]
