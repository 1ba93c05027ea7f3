"""JACK itself, through JACK-Client: exact frames, and the transport."""

__all__ = [
    "audio",
    "client",
    "frames",
    "outbox",
    "transport",
    "watch",
]
