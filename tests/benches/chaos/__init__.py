"""A running drumd ill-treated on a real JACK server: python -m tests.benches.chaos."""
