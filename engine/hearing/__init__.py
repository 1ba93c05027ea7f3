"""Sound to strokes and notes: a guitar heard by ear. Plain functions of arrays, no ports."""

__all__ = [
    "evidence",
    "notes",
    "novelty",
    "onsets",
    "own_strokes",
    "pitches",
    "resampling",
    "spectra",
    "strums",
    "training",
    "transcribe",
    "velocities",
]
