"""What every page has around its charts: a head with the style sheet, sections, tiles."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path

from engine.errors import EngineError


def html_page(title: str, body: str) -> str:
    """A whole page; it loads nothing."""
    style = files("engine.pages").joinpath("page.css").read_text("utf-8")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def section(head: tuple[str, str], body: str) -> str:
    """A card with a title and a line of words (HTML) above its body."""
    title, words = head
    return f"<section><h2>{escape(title)}</h2><p>{words}</p>{body}</section>"


def tiles(cells: Iterable[tuple[str, str]]) -> str:
    """Small cards in a row: a name, and its figure as HTML."""
    cards = (f'<div class="tile"><span>{escape(name)}</span>{cell}</div>' for name, cell in cells)
    return f'<div class="tiles">{"".join(cards)}</div>'


def write_page(target: Path, text: str) -> None:
    """Write a page into a folder that is made."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "replace"))  # file names may be no text
    except OSError as error:
        raise EngineError(f"{target} cannot be written ({error.strerror or error})") from error
