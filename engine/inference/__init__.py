"""A trained drummer at work: its bundle, its graphs, its patterns and files."""

__all__ = [
    "accompany",
    "asking",
    "bundle",
    "graph_check",
    "guide",
    "infer",
    "layout",
    "recording",
    "render",
    "runtime",
    "takes",
]
