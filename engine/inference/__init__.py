"""A trained drummer at work: its bundle, its graphs, its patterns and files."""

__all__ = [
    "accompany",
    "bundle",
    "infer",
    "render",
    "runtime",
    "takes",
]
