"""Files and folders that appear whole or not at all, and work in processes that may die."""

__all__ = [
    "atomic",
    "workers",
]
