"""What the network is told of the music, live and in training alike."""

__all__ = [
    "features",
    "preprocess",
]
