"""MIDI ports: live ones by name, files that play in real time, and fakes."""

__all__ = [
    "arrival",
    "fake",
    "file",
    "frames",
    "freewheel",
    "hostfile",
    "jackclient",
    "jackwatch",
    "names",
    "open",
    "outbox",
    "port",
    "quiet",
    "rtmidi",
    "steady",
]
