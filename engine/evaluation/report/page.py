"""The report as one HTML page: figures first, then what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.baselines import ROCK
from engine.evaluation.report import charts, tables
from engine.evaluation.report.excerpts import BARS, Sounding, excerpt_file
from engine.evaluation.report.pictures import distributions
from engine.evaluation.report.rolls import chosen_songs, excerpt, piano_roll, played
from engine.evaluation.results import LIVE, MODEL, OTHER, SongResult
from engine.evaluation.summary.document import Conditions
from engine.evaluation.summary.labels import Write, percent, plain, signed
from engine.evaluation.summary.summary import Summary
from engine.pages.html import html_page, section, tiles, write_page

KEY = (
    '<span class="key"><i class="truth"></i>true drums<i class="model"></i>model'
    '<i class="guitar"></i>guitar</span>'
)

# What each section is called, and what one must know to read it.
AGREEMENT = (
    "Agreement with the true drums",
    "Hit F1 over the cells of all bars of a song, nine voices; every song weighs the same.",
)
LIKELIHOOD = (
    "Likelihood of the true drums",
    "Bits a bar of what is struck together; fewer is better. Primed, the drums before the bar are"
    " known, unprimed none are. What another song's guitar costs is what the guitar is worth. Among"
    " ten guitars chance picks the right one in 10 %.",
)
CHANGED = (
    "The same guitar, changed",
    "The start of each song again, same seed, against what was played to the guitar as it is.",
)
LISTENING = (
    "Listening",
    "How the guitar's bars move with the drums' (Pearson's r over the bars of a song, mean over"
    " songs): density, loudness, register and stops of the guitar, density and loudness of the"
    " drums. The true drums say how much there is to hear.",
)
STYLE = (
    "Style",
    "A fill is a bar whose second half has at least 3 more strokes on snare and toms than is usual,"
    " or toms where there are none; phrases of four bars begin where the true drums crash. Velocity"
    " counts where the true drums vary in it, micro-timing where a human played.",
)
DISTRIBUTIONS = ("Distributions", "All songs together, as shares.")
OVERLAP = (
    "Overlap of distributions",
    "Yang and Lerch (2018): the area shared by the distances among the true songs and those from"
    " true songs to this player's. 1 is the same. Spread: how far its songs lie from each other,"
    " against the true ones.",
)
ROLLS = (
    "Piano rolls",
    "From the best to the worst, bars from the middle of each song: the guitar, the true drums and"
    " every idea, the first being the one that plays.",
)
IDEAS = (
    "Ideas",
    "The best is found by looking at the true drums: what a player who may choose could have. Alike"
    " is the hit F1 between pairs of ideas; 1 is five times the same drums.",
)
JUDGED = (
    "Told from true drums",
    "Boosted trees judge phrases of eight bars of songs that they have not seen. 0.5: they cannot"
    " tell; 1: always. Touch is judged on strokes that both have, where a human played.",
)
KEEPERS = (
    "Who keeps the time",
    "The row with the most strokes among closed hat, open hat and ride.",
)
RETURNS = (
    "Riffs that return",
    "How alike the drums are where the guitar returns after other music, and where it is another:"
    " drums that never change are alike everywhere.",
)
STYLES = (
    "Styles heard",
    "A judge who learnt styles from true songs says what he hears in songs that were played in"
    " every style.",
)
STROKES = ("Strokes a bar", "Every voice of the kit by itself.")

KINDS = {MODEL: "model", LIVE: "model", ROCK: "rock"}


def write_report(
    folder: Path,
    results: Sequence[SongResult],
    summary: Summary,
    conditions: Conditions,
    *,
    sounding: Sounding | None = None,
) -> Path:
    """Write `index.html` into the folder, which is made, and say where it is."""
    target = folder / "index.html"
    write_page(target, page(results, summary, conditions, sounding=sounding))
    return target


def page(
    results: Sequence[SongResult],
    summary: Summary,
    conditions: Conditions,
    *,
    sounding: Sounding | None = None,
) -> str:
    """The page; it loads nothing. `sounding` lets some bars be heard."""
    title = f"{Path(conditions.bundle).name}: how it drums"
    return html_page(title, "".join(_sections(results, summary, conditions, sounding)))


def _sections(
    results: Sequence[SongResult],
    summary: Summary,
    conditions: Conditions,
    sounding: Sounding | None,
) -> Iterator[str]:
    yield _lead(summary, conditions)
    yield _tiles(summary)
    yield section(AGREEMENT, _agreement(results, summary))
    yield '<div class="two">'
    yield section(IDEAS, tables.ideas(summary))
    if summary.judged:
        yield section(JUDGED, tables.judged(summary))
    yield "</div>"
    yield '<div class="two">'
    yield section(LIKELIHOOD, tables.likelihood(summary))
    yield section(CHANGED, tables.responses(summary))
    yield "</div>"
    yield section(LISTENING, tables.listening(summary))
    yield section(STYLE, tables.style(summary))
    yield '<div class="two">'
    yield section(KEEPERS, tables.keepers(summary))
    yield section(RETURNS, tables.returns(summary))
    yield "</div>"
    yield section(STROKES, tables.strokes(summary))
    if summary.styles:
        yield section(STYLES, tables.styles(summary.styles))
    yield section(DISTRIBUTIONS, f'{KEY}<div class="grid">{distributions(results)}</div>')
    yield section(OVERLAP, tables.overlaps(summary))
    heard = f" What sounds is the first {BARS} of the bars shown." if sounding else ""
    rolls = "".join(_roll(result, sounding) for result in chosen_songs(results))
    yield section((ROLLS[0], ROLLS[1] + heard), KEY + rolls)


def _lead(summary: Summary, conditions: Conditions) -> str:
    temperature = conditions.temperature
    told = [
        f"{summary.songs} songs, {summary.bars} bars",
        f"split {conditions.split}, part {conditions.part}",
        f"seed {conditions.seed}",
        f"temperature {temperature:g}" if temperature is not None else "the bundle's temperature",
        *(["a quick look"] if conditions.quick else []),
    ]
    return (
        f'<p class="lead">{escape("; ".join(told))}. Drums played through whole songs without'
        " a look at the true ones. Small figures are 95 % intervals over songs.</p>"
    )


def _tiles(summary: Summary) -> str:
    found: list[tuple[str, Mean | None, Write]] = [
        ("hit F1", summary.means[MODEL]["f1"], plain(3)),
        ("above the rock beat", summary.gains.get(ROCK), signed(3)),
        ("above another guitar", summary.gains.get(OTHER), signed(3)),
        ("above itself live", summary.gains.get(LIVE), signed(3)),
        ("guitar's worth, primed, bits", summary.likelihood["worth_primed"], signed(2)),
        ("guitar's worth, unprimed, bits", summary.likelihood["worth_unprimed"], signed(2)),
        ("right guitar among ten", summary.likelihood["picked"], percent),
        ("any hit, Jaccard", summary.means[MODEL]["jaccard"], plain(3)),
    ]
    return tiles((name, tables.cell(mean, write)) for name, mean, write in found)


def _agreement(results: Sequence[SongResult], summary: Summary) -> str:
    means = {who: row["f1"] for who, row in summary.means.items()}
    bars = [charts.SongBar(one.file, one.scores[MODEL].f1, one.scores[ROCK].f1) for one in results]
    return (
        charts.intervals(means, KINDS, label="mean hit F1 of each player")
        + "<h3>Song by song, against the rock beat</h3>"
        + charts.songs(bars, label="hit F1 of each song", value="model", beside="rock beat")
        + f"<h3>All players</h3>{tables.agreement(summary)}"
        + f"<h3>Hit F1 by voice</h3>{tables.voices(summary)}"
        + f"<details><summary>Every song</summary>{tables.songs(results)}</details>"
    )


def _roll(result: SongResult, sounding: Sounding | None) -> str:
    score, rock = result.scores[MODEL].f1, result.scores[ROCK].f1
    about = f"{result.metre}, {result.bpm:.0f} bpm, hit F1 {score:.2f} (rock beat {rock:.2f})"
    return (
        f"<figure><figcaption><b>{escape(result.file)}</b><span>{escape(about)}</span>"
        f"{_players(result, sounding)}</figcaption>{piano_roll(result)}</figure>"
    )


def _players(result: SongResult, sounding: Sounding | None) -> str:
    """Small players of the true drums and of every idea, where there is sound."""
    if sounding is None:
        return ""
    bars = excerpt(result)[:BARS]
    heard = []
    for name, drums, _ in played(result):
        data = sounding(excerpt_file(result, drums, bars))
        if data:
            heard.append(
                f'<span>{name} <audio controls preload="none" src="{data}"></audio></span>'
            )
    return "".join(heard)
