"""What happens while the jam runs: from what is heard to what is asked and cued."""

__all__ = [
    "bar_maker",
    "conductor",
    "control_map",
    "dials",
    "form",
    "given",
    "heard",
    "jam",
    "metronome",
    "parts",
    "pedal",
    "picture",
    "player",
    "rattle",
    "reception",
    "set_list",
    "song",
    "steering",
    "stops",
    "tapping",
]
