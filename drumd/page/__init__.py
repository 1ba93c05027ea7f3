"""The page that a browser shows of the jam; served by a process of its own, a guest at the door."""

__all__ = [
    "app",
    "assets",
    "doorman",
    "hub",
    "page_process",
    "server",
    "sites",
]
