"""What happens while the jam runs: from what is heard to what is asked and cued."""

__all__ = [
    "conductor",
    "control_map",
    "dials",
    "groove",
    "heard",
    "jam",
    "player",
]
