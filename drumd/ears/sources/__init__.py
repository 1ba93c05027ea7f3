"""Where sound comes from: a file, a JACK server, a sound card."""

__all__ = [
    "base",
    "card",
    "file",
    "jack",
    "opening",
]
