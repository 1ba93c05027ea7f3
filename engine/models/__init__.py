"""The networks: torch in, torch out."""

__all__ = [
    "attention",
    "networks",
    "seq_model",
    "transformer",
]
