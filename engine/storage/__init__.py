"""Files and folders that appear whole or not at all, and work in processes of its own."""

__all__ = [
    "atomic",
    "outputs",
    "workers",
]
