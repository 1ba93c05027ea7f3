"""JACK itself, through JACK-Client: exact frames, and the transport."""

__all__ = [
    "client",
    "frames",
    "outbox",
    "transport",
    "watch",
]
