"""What `drumd eval` found, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from drumd.status.plain import harmless

if TYPE_CHECKING:
    from engine.evaluation.measures.comparison import Row
    from engine.evaluation.measures.summary import Summary

WIDE = 240  # characters; a table that is cut to the terminal cannot be copied


def show(summary: Summary, title: str) -> None:
    """Print everything; intervals are 95 % over songs."""
    console = Console(markup=False, highlight=False)
    console.print(_agreement(summary, harmless(title)))
    console.print(f"\nhits a bar as played: {_true_hits(summary):.1f}")
    console.print(f"F1 by voice: {_voices(summary)}")
    for table in (
        _gains(summary),
        _likelihood(summary),
        _listening(summary),
        _style(summary),
        _responses(summary),
        _overlaps(summary),
    ):
        console.print()
        console.print(table)


def comparison(rows: Sequence[Row], songs: int) -> None:
    """Print a line for each bundle, as Markdown has its tables."""
    from engine.evaluation.measures.labels import interval, number, plain, signed

    columns = ["bundle", "network", "parameters", "MB", "bits a bar, primed", "unprimed"]
    columns += ["guitar worth, primed", "unprimed", "hit F1 [95 %]", "ms a bar, p50", "p95"]
    table = Table(*columns, "windows learnt from", "training (min)", box=MARKDOWN)
    for one in rows:
        table.add_row(
            harmless(one.bundle),
            one.architecture,
            f"{one.parameters:,}",
            f"{one.bytes / 1e6:.1f}",
            number(one.primed, plain(2)),
            number(one.unprimed, plain(2)),
            number(one.worth_primed, signed(2)),
            number(one.worth_unprimed, signed(2)),
            interval(one.f1, plain(3)),
            f"{one.p50_ms:.1f}",
            f"{one.p95_ms:.1f}",
            "-" if one.windows is None else f"{one.windows:,}",
            "-" if one.trained_s is None else f"{one.trained_s / 60:.0f}",
        )
    console = Console(markup=False, highlight=False, width=WIDE)
    console.print(f"{songs} songs; a bar is answered on one thread")
    console.print(table)


def _agreement(summary: Summary, title: str) -> Table:
    columns = ("", "hit F1 [95 %]", "finer", "precision", "recall", "any hit", "hits")
    table = _table(title, columns)
    for name, row in summary.means.items():
        others = (f"{row[measure].mean:.3f}" for measure in ("precision", "recall", "jaccard"))
        finer = f"{summary.fine[name]['f1'].mean:.3f}"
        table.add_row(name, str(row["f1"]), finer, *others, f"{row['hits_per_bar'].mean:.1f}")
    return table


def _voices(summary: Summary) -> str:
    from engine.evaluation.results import MODEL

    rows = summary.voices[MODEL].items()
    return ", ".join(f"{name.replace('_', ' ')} {m.mean:.2f}" for name, m in rows if m)


def _gains(summary: Summary) -> Table:
    from engine.evaluation.measures.labels import interval, signed
    from engine.evaluation.results import MODEL

    columns = (f"{MODEL}'s F1 above", "song by song [95 %]", "won", "lost", "even")
    table = _table("", columns)
    for name, gain in summary.gains.items():
        won = summary.won[name]
        counts = (str(count) for count in (won.won, won.lost, won.even))
        table.add_row(name, interval(gain, signed(3)), *counts)
    return table


def _likelihood(summary: Summary) -> Table:
    from engine.evaluation.measures.labels import LIKELIHOOD, interval

    table = _table("likelihood of the true drums", ("", "mean [95 %]"))
    for name, label in LIKELIHOOD.items():
        table.add_row(label.text, interval(summary.likelihood[name], label.write))
    return table


def _listening(summary: Summary) -> Table:
    from engine.evaluation.measures.labels import interval, number, signed
    from engine.evaluation.results import MODEL, OTHER, TRUTH

    who = [name for name in (TRUTH, MODEL, OTHER) if name in summary.listening]
    title = "listening: r over bars between the guitar and the drums"
    table = _table(title, ("guitar - drums", *who))
    for pair in summary.listening[TRUTH]:
        cells = {name: number(summary.listening[name][pair], signed(2)) for name in who}
        cells[MODEL] = interval(summary.listening[MODEL][pair], signed(2))
        table.add_row(pair, *cells.values())
    return table


def _style(summary: Summary) -> Table:
    from engine.evaluation.measures.baselines import ROCK
    from engine.evaluation.measures.labels import STYLE, interval, number
    from engine.evaluation.results import LIVE, MODEL, TRUTH

    who = [name for name in (TRUTH, MODEL, LIVE, ROCK) if name in summary.style]
    table = _table("style", ("", *who))
    for name, label in STYLE.items():
        cells = {one: number(summary.style[one][name], label.write) for one in who}
        cells[MODEL] = interval(summary.style[MODEL][name], label.write)
        table.add_row(label.text, *cells.values())
    return table


def _responses(summary: Summary) -> Table:
    from engine.evaluation.measures.labels import interval, signed, signed_percent

    table = _table("the same guitar, changed", ("", "drums' density", "drums' loudness"))
    for name, row in summary.responses.items():
        density = interval(row["density"], signed_percent)
        table.add_row(name, density, interval(row["loudness"], signed(3)))
    return table


def _overlaps(summary: Summary) -> Table:
    from engine.evaluation.measures.baselines import ROCK
    from engine.evaluation.results import LIVE, MODEL, OTHER

    who = [name for name in (MODEL, LIVE, OTHER, ROCK) if name in summary.overlaps]
    table = _table("overlap with the true songs, spread against theirs", ("", *who))
    for feature in _first(summary.overlaps):
        found = [summary.overlaps[name][feature] for name in who]
        table.add_row(
            feature, *(f"{x.overlap.mean:.2f}, {x.spread:.2f}" if x else "-" for x in found)
        )
    return table


def _first(rows: Mapping[str, Mapping[str, object]]) -> Sequence[str]:
    return list(next(iter(rows.values()), {}))


def _true_hits(summary: Summary) -> float:
    from engine.evaluation.results import MODEL

    return summary.means[MODEL]["true_hits_per_bar"].mean


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title or None, box=None, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number == 1)
    return table
