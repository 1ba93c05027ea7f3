"""The door through which others watch the jam and steer it: a local socket that nobody waits at."""

__all__ = [
    "door",
    "guest",
    "order",
    "places",
]
