"""Measures the beat tracker on a bench of guitar parts, and teaches its onset model.

`python -m tests.benches.beats DEV.json` prints the table of docs/beat_tracking.md.
"""
