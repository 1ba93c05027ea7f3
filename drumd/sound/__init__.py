"""The sound of drumd: kits and strings by synthesis, what mixes them, and where they sound."""

__all__ = [
    "audio_file",
    "clip",
    "drums",
    "errors",
    "kits",
    "live_drums",
    "mixer",
    "orders",
    "render",
    "score",
    "speaker_process",
    "speakers",
    "strings",
    "synthesis",
]
