"""How a stroke becomes sound: modes, noise in bands, a room, and the timbre made of them."""

__all__ = [
    "curves",
    "modes",
    "noise",
    "room",
    "timbre",
]
