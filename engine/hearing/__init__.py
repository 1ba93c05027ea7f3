"""Sound to strokes and notes: a guitar heard by ear. Plain functions of arrays, no ports."""

__all__ = [
    "notes",
    "onsets",
    "pitches",
    "resampling",
    "spectra",
    "transcribe",
    "velocities",
]
