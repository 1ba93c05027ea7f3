"""What `drumd eval` found, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from drumd.status.plain import harmless

if TYPE_CHECKING:
    from engine.evaluation.summary.comparison import Row
    from engine.evaluation.summary.summary import Summary

WIDE = 240  # characters; a table that is cut to the terminal cannot be copied


def show(summary: Summary, title: str) -> None:
    """Print everything; intervals are 95 % over songs."""
    console = Console(markup=False, highlight=False)
    console.print(_agreement(summary, harmless(title)))
    console.print(f"\nhits a bar as played: {_true_hits(summary):.1f}")
    console.print(f"F1 by voice: {_voices(summary)}")
    for table in (
        *_ideas(summary),
        *_judged(summary),
        _gains(summary),
        _likelihood(summary),
        _listening(summary),
        _style(summary),
        _keepers(summary),
        _returns(summary),
        _strokes(summary),
        *_styles(summary),
        _responses(summary),
        _overlaps(summary),
    ):
        console.print()
        console.print(table)


def comparison(rows: Sequence[Row], songs: int) -> None:
    """Print a line for each bundle, as Markdown has its tables."""
    from engine.evaluation.summary.labels import interval, number, plain, signed

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


def _ideas(summary: Summary) -> Iterator[Table]:
    """Nothing where a song has one idea only."""
    from engine.evaluation.summary.labels import IDEAS, interval

    count, row = summary.ideas["count"], summary.ideas
    if row["alike"] is None or count is None:
        return
    table = _table(f"{count.mean:.0f} ideas for each song", ("", "mean [95 %]"))
    for name, label in IDEAS.items():
        table.add_row(label.text, interval(row[name], label.write))
    yield table


def _judged(summary: Summary) -> Iterator[Table]:
    """Nothing where no judge was asked."""
    from engine.evaluation.summary.labels import JUDGED, interval, plain

    if not summary.judged:
        return
    columns = ("told from the true drums by", "AUC [95 %]", "phrases, true", "ours")
    table = _table("a judge of eight-bar phrases (0.5: cannot tell)", columns)
    for name, text in JUDGED.items():
        found = summary.judged.get(name)
        counts = (str(found.true_phrases), str(found.our_phrases)) if found else ("-", "-")
        table.add_row(text, interval(found.auc if found else None, plain(3)), *counts)
    yield table


def _keepers(summary: Summary) -> Table:
    from engine.evaluation.measures.baselines import ROCK
    from engine.evaluation.results import LIVE, MODEL
    from engine.evaluation.summary.labels import KEEPER, interval

    who = [name for name in (MODEL, LIVE, ROCK) if name in summary.keepers]
    table = _table("who keeps the time: closed hat, open hat or ride", ("", *who, "songs"))
    for name, label in KEEPER.items():
        row = [summary.keepers[one][name] for one in who]
        songs = str(row[0].songs) if row[0] else "-"
        table.add_row(label.text, *(interval(one, label.write) for one in row), songs)
    return table


def _returns(summary: Summary) -> Table:
    from engine.evaluation.results import LIVE, MODEL, TRUTH
    from engine.evaluation.summary.labels import RETURNS, interval, number

    who = [name for name in (TRUTH, MODEL, LIVE) if name in summary.returns]
    table = _table("riffs that return", ("", *who))
    for name, label in RETURNS.items():
        cells = {one: number(summary.returns[one][name], label.write) for one in who}
        cells[MODEL] = interval(summary.returns[MODEL][name], label.write)
        table.add_row(label.text, *cells.values())
    return table


def _styles(summary: Summary) -> Iterator[Table]:
    """Nothing where no song was played in every style."""
    from engine.evaluation.summary.labels import interval, percent

    heard = summary.styles
    if heard is None:
        return
    title = f"styles heard by a judge (true songs {percent(heard.true_accuracy.mean)},"
    table = _table(f"{title} chance {percent(heard.chance)})", ("told", "heard [95 %]", "held for"))
    table.add_row("all", interval(heard.accuracy, percent), "")
    for style, mean in heard.by_style.items():
        held = sorted(heard.confused[style].items(), key=lambda one: -one[1])[:3]
        held_for = ", ".join(f"{name} {percent(share)}" for name, share in held)
        table.add_row(style, interval(mean, percent), held_for)
    yield table


def _strokes(summary: Summary) -> Table:
    from engine.evaluation.summary.labels import number, plain

    table = _table("strokes a bar", ("", "true", "model", "ratio", "within 25 %"))
    for name, one in summary.strokes.items():
        ratio = "-" if one.ratio is None else f"{one.ratio:.2f}"
        near = {None: "-", True: "yes", False: "no"}[one.near]
        both = (number(mean, plain(2)) for mean in (one.truth, one.answer))
        table.add_row(name.replace("_", " "), *both, ratio, near)
    return table


def _gains(summary: Summary) -> Table:
    from engine.evaluation.results import MODEL
    from engine.evaluation.summary.labels import interval, signed

    columns = (f"{MODEL}'s F1 above", "song by song [95 %]", "won", "lost", "even")
    table = _table("", columns)
    for name, gain in summary.gains.items():
        won = summary.won[name]
        counts = (str(count) for count in (won.won, won.lost, won.even))
        table.add_row(name, interval(gain, signed(3)), *counts)
    return table


def _likelihood(summary: Summary) -> Table:
    from engine.evaluation.summary.labels import LIKELIHOOD, interval

    table = _table("likelihood of the true drums", ("", "mean [95 %]"))
    for name, label in LIKELIHOOD.items():
        table.add_row(label.text, interval(summary.likelihood[name], label.write))
    return table


def _listening(summary: Summary) -> Table:
    from engine.evaluation.results import MODEL, OTHER, TRUTH
    from engine.evaluation.summary.labels import interval, number, signed

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
    from engine.evaluation.results import LIVE, MODEL, TRUTH
    from engine.evaluation.summary.labels import STYLE, interval, number

    who = [name for name in (TRUTH, MODEL, LIVE, ROCK) if name in summary.style]
    table = _table("style", ("", *who))
    for name, label in STYLE.items():
        cells = {one: number(summary.style[one][name], label.write) for one in who}
        cells[MODEL] = interval(summary.style[MODEL][name], label.write)
        table.add_row(label.text, *cells.values())
    return table


def _responses(summary: Summary) -> Table:
    from engine.evaluation.summary.labels import interval, signed, signed_percent

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
