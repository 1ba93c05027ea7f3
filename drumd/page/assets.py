"""The files of the page, read once: what is not among them is not served."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    type: str


def assets() -> dict[str, Asset]:
    """Every file by its path in the address; the page itself is `/`."""
    found = {}
    for file in files("drumd.page").joinpath("files").iterdir():
        name = file.name
        kind = TYPES.get(name[name.rfind(".") :])
        if kind:
            found["/" if name == "index.html" else f"/{name}"] = Asset(file.read_bytes(), kind)
    return found
