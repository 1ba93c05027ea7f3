"""Where musical time may come from: one source a file."""

__all__ = [
    "base",
    "count_in",
    "fixed_tempo",
    "free",
    "jack_transport",
    "link",
    "lost_ticks",
    "midi_clock",
    "midi_transport",
    "player",
    "taps",
    "tick_filter",
    "two_clocks",
]
