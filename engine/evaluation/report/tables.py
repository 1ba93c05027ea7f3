"""The tables of the report as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.baselines import COMMON, LATE, LOOP, NEAREST, ROCK
from engine.evaluation.measures.likelihood import Likelihood
from engine.evaluation.measures.styles import StylesHeard
from engine.evaluation.results import LIVE, MODEL, OTHER, TOLD, TRUTH, SongResult
from engine.evaluation.summary.labels import (
    IDEAS,
    JUDGED,
    KEEPER,
    LIKELIHOOD,
    RETURNS,
    STYLE,
    Write,
    number,
    percent,
    plain,
    signed,
    signed_percent,
)
from engine.evaluation.summary.summary import Row, Summary

SHOWN = (TRUTH, MODEL, LIVE, OTHER, TOLD, LOOP, ROCK, COMMON, NEAREST, LATE)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the first column holds names."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def cell(mean: Mean | None, write: Write) -> str:
    """A mean with its interval small under it."""
    if mean is None:
        return "–"
    low, high = write(mean.low), write(mean.high)
    if low.endswith(" %"):
        low = low.removesuffix(" %")
    return f"<b>{write(mean.mean)}</b><small>{low} to {high}</small>"


def agreement(summary: Summary) -> str:
    """All players on both grids."""
    three = plain(3)
    rows = []
    for who, row in summary.means.items():
        fine, won = summary.fine[who], summary.won.get(who)
        rows.append(
            (
                who,
                cell(row["f1"], three),
                cell(fine["f1"], three),
                cell(row["jaccard"], three),
                number(row["precision"], three),
                number(row["recall"], three),
                number(row["hits_per_bar"], plain(1)),
                cell(summary.gains.get(who), signed(3)),
                f"{won.won} : {won.lost}" if won else "–",
            )
        )
    columns = ("", "hit F1, sixteenths", "hit F1, finer grid", "any hit, Jaccard", "precision")
    more = ("recall", "hits a bar", "model above it, F1", "songs won : lost")
    return table((*columns, *more), rows)


def songs(results: Sequence[SongResult]) -> str:
    """Every song by itself."""
    two = plain(2)
    rows = (
        (
            one.file,
            one.metre,
            f"{one.bpm:.0f}",
            str(one.bars),
            *(
                two(one.scores[who].f1) if who in one.scores else "–"
                for who in (MODEL, LIVE, ROCK, OTHER)
            ),
            *(_or_dash(one.likelihood, name) for name in ("worth_primed", "worth_unprimed")),
            *(f"{one.style[who].hits_per_bar:.1f}" for who in (TRUTH, MODEL)),
        )
        for one in results
    )
    columns = ("", "metre", "bpm", "bars", "hit F1", "live", "rock beat", "other guitar")
    more = ("worth, primed", "worth, unprimed", "true hits a bar", "hits a bar")
    return table((*columns, *more), rows)


def voices(summary: Summary) -> str:
    """Hit F1 of each voice, by who drummed; a dash where nobody plays it."""
    names = list(summary.voices[MODEL])
    rows = (
        (who, *(number(row[name], plain(2)) for name in names))
        for who, row in summary.voices.items()
    )
    return table(("", *(name.replace("_", " ") for name in names)), rows)


def likelihood(summary: Summary) -> str:
    """Bits a bar and what the guitar is worth."""
    rows = (
        (label.text, cell(summary.likelihood[name], label.write))
        for name, label in LIKELIHOOD.items()
    )
    return table(("", "mean over songs"), rows)


def listening(summary: Summary) -> str:
    """Correlations, the stronger the deeper their colour."""
    who = _present(summary.listening)
    rows = (
        (pair, *(_tinted(summary.listening[one][pair]) for one in who))
        for pair in summary.listening[TRUTH]
    )
    return table(("guitar - drums", *who), rows)


def style(summary: Summary) -> str:
    """Every number of style, the true drums' first."""
    return _by_player(summary.style, {name: (x.text, x.write) for name, x in STYLE.items()})


def ideas(summary: Summary) -> str:
    """The first idea, the best, and how alike all are."""
    rows = ((x.text, cell(summary.ideas[name], x.write)) for name, x in IDEAS.items())
    return table(("", "mean over songs"), rows)


def judged(summary: Summary) -> str:
    """How surely a judge tells ours from the true drums; a dash where there is too little."""
    rows = []
    for name, text in JUDGED.items():
        found = summary.judged.get(name)
        counts = (str(found.true_phrases), str(found.our_phrases)) if found else ("–", "–")
        rows.append((text, cell(found.auc if found else None, plain(3)), *counts))
    return table(("told by", "AUC", "phrases, true", "ours"), rows)


def keepers(summary: Summary) -> str:
    """Who keeps the time."""
    return _by_player(summary.keepers, {name: (x.text, x.write) for name, x in KEEPER.items()})


def returns(summary: Summary) -> str:
    """Whether the drums return with a riff."""
    return _by_player(summary.returns, {name: (x.text, x.write) for name, x in RETURNS.items()})


def strokes(summary: Summary) -> str:
    """Strokes a bar of each voice, those far from the truth marked."""
    rows = (
        (
            name.replace("_", " "),
            cell(one.truth, plain(2)),
            cell(one.answer, plain(2)),
            "–" if one.ratio is None else plain(2)(one.ratio),
            {None: "–", True: "yes", False: "no"}[one.near],
        )
        for name, one in summary.strokes.items()
    )
    return table(("", "true drums", "model", "ratio", "within 25 %"), rows)


def styles(heard: StylesHeard) -> str:
    """What a judge holds each told style for, the commonest first."""
    rows = []
    for style, mean in heard.by_style.items():
        held = sorted(heard.confused[style].items(), key=lambda one: -one[1])
        names = escape(", ".join(f"{name} {percent(share)}" for name, share in held))
        rows.append((style, cell(mean, percent), names))
    return table(("told", "heard", "held for"), [("all", cell(heard.accuracy, percent), ""), *rows])


def responses(summary: Summary) -> str:
    """What the drums do when the guitar is changed."""
    rows = (
        (name, cell(row["density"], signed_percent), cell(row["loudness"], signed(3)))
        for name, row in summary.responses.items()
    )
    return table(("the guitar", "drums' density", "drums' loudness (0 to 1)"), rows)


def overlaps(summary: Summary) -> str:
    """Overlap of distributions and, small, how far the player's own songs lie apart."""
    who = [name for name in SHOWN if name in summary.overlaps]
    features = list(summary.overlaps[MODEL])
    rows = []
    for feature in features:
        found = (summary.overlaps[name][feature] for name in who)
        cells = (
            f"<b>{one.overlap.mean:.2f}</b><small>{one.overlap.low:.2f} to {one.overlap.high:.2f}"
            f"<br>spread {percent(one.spread)}, {one.divergence:.2f} bits</small>"
            if one
            else "–"
            for one in found
        )
        rows.append((feature, *cells))
    return table(("feature of a song", *who), rows)


def _or_dash(likelihood: Likelihood, name: str) -> str:
    value = getattr(likelihood, name)
    return "–" if value is None else f"{value:+.2f}"


def _by_player(rows: Mapping[str, Row], names: Mapping[str, tuple[str, Write]]) -> str:
    who = _present(rows)
    body = (
        (text, *(cell(rows[one][name], write) for one in who))
        for name, (text, write) in names.items()
    )
    return table(("", *who), body)


def _present(rows: Mapping[str, Row]) -> list[str]:
    return [name for name in SHOWN if name in rows]


def _tinted(mean: Mean | None) -> str:
    if mean is None:
        return "–"
    kind = "warm" if mean.mean >= 0 else "cold"
    strength = min(1.0, abs(mean.mean) * 2)
    return f'<span class="tint {kind}" style="--much:{strength:.2f}">{mean.mean:+.2f}</span>'
