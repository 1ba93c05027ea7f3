"""JACK itself, through JACK-Client: exact frames, and the transport."""

__all__ = [
    "audio",
    "client",
    "cycles",
    "frames",
    "outbox",
    "transport",
    "watch",
]
