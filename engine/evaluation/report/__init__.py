"""The page that `drumd eval --report` writes: one HTML file that needs nothing else."""

__all__ = [
    "charts",
    "excerpts",
    "page",
    "pictures",
    "rolls",
    "tables",
]
