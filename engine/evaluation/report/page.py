"""The report as one HTML page: figures first, then what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.baselines import ROCK
from engine.evaluation.measures.document import Conditions
from engine.evaluation.measures.labels import Write, percent, plain, signed
from engine.evaluation.measures.summary import Summary
from engine.evaluation.report import charts, tables
from engine.evaluation.report.pictures import distributions
from engine.evaluation.report.rolls import chosen_songs, excerpt, piano_roll
from engine.evaluation.report.sound import BARS, excerpt_file, sound, soundfont
from engine.evaluation.results import LIVE, MODEL, OTHER, TRUTH, SongResult
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
ROLLS = ("Piano rolls", "From the best to the worst, bars from the middle of each song.")

KINDS = {MODEL: "model", LIVE: "model", ROCK: "rock"}


def write_report(
    folder: Path, results: Sequence[SongResult], summary: Summary, conditions: Conditions
) -> Path:
    """Write `index.html` into the folder, which is made, and say where it is."""
    target = folder / "index.html"
    write_page(target, page(results, summary, conditions))
    return target


def page(results: Sequence[SongResult], summary: Summary, conditions: Conditions) -> str:
    """The page; it loads nothing."""
    title = f"{Path(conditions.bundle).name}: how it drums"
    return html_page(title, "".join(_sections(results, summary, conditions)))


def _sections(
    results: Sequence[SongResult], summary: Summary, conditions: Conditions
) -> Iterator[str]:
    yield _lead(summary, conditions)
    yield _tiles(summary)
    yield section(AGREEMENT, _agreement(results, summary))
    yield '<div class="two">'
    yield section(LIKELIHOOD, tables.likelihood(summary))
    yield section(CHANGED, tables.responses(summary))
    yield "</div>"
    yield section(LISTENING, tables.listening(summary))
    yield section(STYLE, tables.style(summary))
    yield section(DISTRIBUTIONS, f'{KEY}<div class="grid">{distributions(results)}</div>')
    yield section(OVERLAP, tables.overlaps(summary))
    heard = f" What sounds is the first {BARS} of the bars shown." if soundfont() else ""
    rolls = "".join(map(_roll, chosen_songs(results)))
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


def _roll(result: SongResult) -> str:
    score, rock = result.scores[MODEL].f1, result.scores[ROCK].f1
    about = f"{result.metre}, {result.bpm:.0f} bpm, hit F1 {score:.2f} (rock beat {rock:.2f})"
    return (
        f"<figure><figcaption><b>{escape(result.file)}</b><span>{escape(about)}</span>"
        f"{_players(result)}</figcaption>{piano_roll(result)}</figure>"
    )


def _players(result: SongResult) -> str:
    """Two small players, where there is sound."""
    font = soundfont()
    if font is None:
        return ""
    bars = excerpt(result)[:BARS]
    heard = []
    for who, name in ((TRUTH, "true drums"), (MODEL, "model")):
        data = sound(excerpt_file(result, result.drums[who], bars), font)
        if data:
            heard.append(
                f'<span>{name} <audio controls preload="none" src="{data}"></audio></span>'
            )
    return "".join(heard)
