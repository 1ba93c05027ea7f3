"""What the network is told of the music, live and in training alike."""

__all__ = [
    "combinations",
    "features",
    "fills",
    "preprocess",
]
