"""Measures the beat tracker on a bench of guitar parts.

`python -m tests.benches.beats DEV.json` prints the table of docs/beat_tracking.md.
"""
