"""Pages of HTML and pictures of SVG that need nothing else."""

__all__ = [
    "html",
    "svg",
]
