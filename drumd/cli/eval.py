"""`drumd eval`: how a bundle drums to songs it has not seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from drumd.cli.progress import cores, progress_bar
from drumd.cli.terminal import tell

if TYPE_CHECKING:
    from engine.corpus.store import Corpus
    from engine.evaluation.measures.styles import StylesHeard
    from engine.evaluation.measures.two_sample import Auc
    from engine.evaluation.results import SongResult
    from engine.evaluation.songs import EvalSong
    from engine.evaluation.summary.document import Conditions
    from engine.inference.bundle import Bundle

Folder = click.Path(exists=True, file_okay=False, path_type=Path)
QUICK_SONGS = 12
INDEX = "index.html"  # the page of a report's folder
NO_JUDGE = 'no judge tells ours from true drums: pip install "drumd[eval]" brings scikit-learn'
NO_TRIAL = '--styles and --touch need scikit-learn; pip install "drumd[eval]" brings it'
ONE_BUNDLE = "--styles and --touch are for one bundle; leave them or the others out"


@click.command()
@click.argument("bundles", nargs=-1, metavar="[BUNDLE]...", type=click.Path(path_type=Path))
@click.option("--data", required=True, type=Folder, help="A corpus, or a folder of MIDI songs.")
@click.option(
    "--split", type=click.Choice(["valid", "train"]), default="valid", show_default=True,
    help="Songs that are kept from training, or those that are not.",
)  # fmt: skip
@click.option(
    "--part", type=click.Choice(["tune", "last", "all"]), default="tune", show_default=True,
    help="Half of the songs, by their group; keep the last half for the last look.",
)  # fmt: skip
@click.option("--songs", "most", type=click.IntRange(min=1), help="At most so many songs.")
@click.option(
    "--quick", is_flag=True,
    help=f"{QUICK_SONGS} songs and one idea for each; no picking among ten guitars, no judge that"
    " tells ours from true drums: for a look while tuning.",
)  # fmt: skip
@click.option(
    "--styles", is_flag=True,
    help="Also play songs in every style, and ask a judge who learnt the true ones which he hears.",
)  # fmt: skip
@click.option(
    "--touch", is_flag=True,
    help="Also strike what human drummers struck, and ask a judge whose touch is whose; for a"
    " corpus with recordings of drummers alone (the Groove MIDI Dataset).",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True,
    help="The same seed gives the same drums.",
)  # fmt: skip
@click.option(
    "--temperature", type=click.FloatRange(0.0, 3.0, min_open=True),
    help="How freely it plays; the bundle's own if left out.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
@click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write a page with plots, piano rolls and sound to DIR/index.html.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over an index.html that is none of drumd's.")
def command(
    bundles: tuple[Path, ...],
    data: Path,
    split: str,
    part: str,
    most: int | None,
    quick: bool,
    styles: bool,
    touch: bool,
    seed: int,
    temperature: float | None,
    as_json: bool,
    report: Path | None,
    force: bool,
) -> None:
    """Measure a bundle (the one that ships if left out) on songs it has not seen.

    Several bundles are compared in one table.

    Each guitar song is drummed to from start to end without a look at its own drums, and what
    comes is held against the true drums: hits, how far the guitar is heard, style. Beside it stand
    baselines that need no model, and the same bundle with the guitar of another song.

    \b
    drumd eval --data CORPUS --quick
    drumd eval BUNDLE --data CORPUS --part last --report report
    drumd eval BUNDLE --data songs/ --json > found.json
    drumd eval BUNDLE OTHER THIRD --data CORPUS --part last
    """
    from engine.corpus.store import read_corpus
    from engine.evaluation.evaluate import evaluate
    from engine.evaluation.measures.boosted_trees import judge_is_here
    from engine.evaluation.measures.likelihood import GUITARS
    from engine.evaluation.songs import drummers_of, songs_of
    from engine.evaluation.summary.document import Conditions
    from engine.evaluation.summary.judgement import DRUMMERS
    from engine.grooves.ideas import IDEAS
    from engine.inference.bundle import open_bundle
    from engine.storage.outputs import check_outputs

    if len(bundles) > 1 and report is not None:
        raise click.UsageError("a report is of one bundle; leave --report or the others out")
    if (styles or touch) and (len(bundles) > 1 or not judge_is_here()):
        raise click.UsageError(NO_TRIAL if len(bundles) < 2 else ONE_BUNDLE)
    if report is not None:
        check_outputs(bundles, [report / INDEX], force=force, pages=True)
    opened = [open_bundle(bundle) for bundle in bundles] or [open_bundle()]
    with _corpus(data) as place:
        corpus = read_corpus(place)
    songs = songs_of(corpus, split=split, part=part)
    drummers = drummers_of(corpus, split=split) if touch else []
    most = most or (QUICK_SONGS if quick else None)

    def measured(bundle: Bundle) -> list[SongResult]:
        with progress_bar(f"songs, {bundle.folder.name}") as progress:
            return evaluate(
                corpus,
                songs[:most],
                pool=songs,
                bundle=bundle.folder,
                seed=seed,
                temperature=temperature,
                guitars=2 if quick else GUITARS,
                ideas=1 if quick or len(opened) > 1 else IDEAS,
                processes=cores(),
                progress=progress,
            )

    if len(opened) > 1:
        _compare(((bundle, measured(bundle)) for bundle in opened), songs[:most], as_json=as_json)
        return
    folder = opened[0].folder
    _tell(
        measured(opened[0]),
        Conditions(str(folder), str(data), split, part, seed, temperature, quick),
        heard=_styles(corpus, songs[:most], folder, seed) if styles else None,
        touch={DRUMMERS: _touch(drummers, folder, seed)} if touch else {},
        report=report,
        as_json=as_json,
    )


def _compare(
    measured: Iterable[tuple[Bundle, Sequence[SongResult]]],
    songs: Sequence[EvalSong],
    *,
    as_json: bool,
) -> None:
    """Print a row for each bundle; how fast all answer is measured last, on one thread."""
    from drumd.cli.eval_tables import comparison
    from engine.evaluation.summary.comparison import answers_ms, row
    from engine.evaluation.summary.summary import summarise
    from engine.inference.infer import BundleDrummer

    rows = [
        row(bundle, summarise(results), answers_ms(BundleDrummer(bundle.folder), songs))
        for bundle, results in list(measured)
    ]
    if as_json:
        click.echo(json.dumps({"bundles": [asdict(one) for one in rows], "songs": len(songs)}))
    else:
        comparison(rows, len(songs))


def _styles(
    corpus: Corpus, songs: Sequence[EvalSong], bundle: Path, seed: int
) -> StylesHeard | None:
    """Have songs played in every style, and judged."""
    from engine.evaluation.style_trial import style_trial

    with progress_bar("songs in every style") as progress:
        return style_trial(
            corpus, songs, bundle=bundle, seed=seed, processes=cores(), progress=progress
        )


def _touch(drummers: Sequence[EvalSong], bundle: Path, seed: int) -> Auc | None:
    """Have the strokes of human drummers struck again, and judged."""
    from engine.evaluation.touch_trial import touch_trial

    with progress_bar("drummers struck again") as progress:
        return touch_trial(drummers, bundle=bundle, seed=seed, processes=cores(), progress=progress)


def _tell(
    results: Sequence[SongResult],
    conditions: Conditions,
    *,
    heard: StylesHeard | None,
    touch: Mapping[str, Auc | None],
    report: Path | None,
    as_json: bool,
) -> None:
    """Write the report, where one is asked for, and print all that was found."""
    from drumd.cli.eval_tables import show
    from engine.evaluation.measures.boosted_trees import judge_is_here
    from engine.evaluation.summary.document import document
    from engine.evaluation.summary.summary import summarise

    judge = judge_is_here() and not conditions.quick
    if not (judge or conditions.quick):
        tell(NO_JUDGE, err=True)
    summary = summarise(results, judge=judge)
    summary = replace(summary, styles=heard, judged={**summary.judged, **touch})
    if report is not None:
        from drumd.sound.clip import clip
        from engine.evaluation.report.page import write_report

        page = write_report(report, results, summary, conditions, sounding=clip)
        tell(f"the report is in {page}", err=True)
    if as_json:
        click.echo(json.dumps(document(results, summary, conditions)))
    else:
        about = f"split {conditions.split}, part {conditions.part}"
        show(summary, f"{Path(conditions.bundle).name} on {len(results)} songs, {about}")


@contextmanager
def _corpus(data: Path) -> Iterator[Path]:
    """The folder of a corpus; one is made for a while where `data` holds songs."""
    from engine.corpus.prepare import prepare_songs

    if (data / "corpus.json").is_file():
        yield data
        return
    with TemporaryDirectory() as folder:
        with progress_bar("preparing") as progress:
            prepare_songs([data], Path(folder) / "corpus", jobs=cores(), progress=progress)
        yield Path(folder) / "corpus"
