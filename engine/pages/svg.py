"""Pictures as SVG text, drawn with the colours that the page's style sheet names.

Places are in pixels from the top left; `kind` is a class of `page.css` (`model`, `truth`, ...).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape


@dataclass(slots=True)
class Svg:
    """A picture in the making; every method adds one shape."""

    width: float
    height: float
    label: str  # what it shows, for people who cannot see it
    _shapes: list[str] = field(default_factory=list)

    def rect(
        self, x: float, y: float, width: float, height: float, kind: str, *, alpha: float = 1.0,
        tip: str = "",
    ) -> None:  # fmt: skip
        opacity = "" if alpha >= 1 else f' opacity="{alpha:.2f}"'
        size = f'x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}"'
        self._add(f'<rect {size} class="{kind}"{opacity}', "rect", tip)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self._shapes.append(f'<line {ends} class="{kind}"/>')

    def dot(self, x: float, y: float, radius: float, kind: str, *, tip: str = "") -> None:
        self._add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}"', "circle", tip)

    def text(self, x: float, y: float, text: str, kind: str = "", *, anchor: str = "start") -> None:
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        self._shapes.append(f'<text {place} class="{kind}">{escape(text)}</text>')

    def __str__(self) -> str:
        size = f'viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}"'
        body = "".join(self._shapes)
        return f'<svg {size} role="img" aria-label="{escape(self.label)}">{body}</svg>'

    def _add(self, head: str, name: str, tip: str) -> None:
        inside = f"><title>{escape(tip)}</title></{name}>" if tip else "/>"
        self._shapes.append(head + inside)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers to pixels, in a straight line."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)
