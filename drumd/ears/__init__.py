"""Ears: a guitar that comes in as sound, heard in a process of its own."""

__all__ = [
    "calibration",
    "ears_input",
    "ears_process",
    "last_sound",
    "level",
    "listening",
    "listing",
    "sources",
    "told",
]
