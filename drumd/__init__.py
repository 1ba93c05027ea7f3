"""drumd: the drummer that a guitarist can jam with."""

__all__ = [
    "__version__",
    "cli",
    "config",
    "controls",
    "daemon",
    "demo",
    "doctor",
    "drummer_process",
    "ears",
    "errors",
    "guests",
    "jam",
    "live_ports",
    "output",
    "page",
    "ports",
    "process",
    "recording",
    "remote",
    "service",
    "settings_file",
    "song_file",
    "song_time",
    "sound",
    "status",
    "timing",
]

__version__ = "0.1.0"
