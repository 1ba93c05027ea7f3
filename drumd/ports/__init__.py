"""MIDI ports: live ones by name, files that play in real time, and fakes."""

__all__ = [
    "arrival",
    "base",
    "choice",
    "clock_holdover",
    "decode",
    "driver",
    "fakes",
    "jack",
    "keyed",
    "last_words",
    "midi_file",
    "midi_file_host",
    "names",
    "open",
    "quiet",
    "reconnecting",
    "rtmidi",
]
