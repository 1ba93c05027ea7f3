"""What may be wrong with a system, and what to do about it."""

__all__ = [
    "audio_findings",
    "audio_input",
    "findings",
    "selftest",
    "system",
]
