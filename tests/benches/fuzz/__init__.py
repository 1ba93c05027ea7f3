"""Damaged input for everything that drumd reads: `make fuzz`, or python -m tests.benches.fuzz."""
