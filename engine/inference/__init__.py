"""A trained drummer at work: its bundle, its graphs, its patterns and files."""

__all__ = [
    "accompany",
    "asking",
    "bundle",
    "guide",
    "infer",
    "layout",
    "render",
    "runtime",
    "takes",
]
