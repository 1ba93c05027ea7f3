"""What the player is told while the jam runs."""

__all__ = [
    "phase",
    "plain",
    "reporter",
    "snapshot",
    "streams",
    "told",
    "unblocked",
]
