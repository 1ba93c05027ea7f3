"""Folders of MIDI songs to a corpus: each file is used, or dropped for a reason that is counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.corpus.clean import Unfit
from engine.corpus.manifest import SongFile, find_songs
from engine.corpus.pairs import SongPairs, song_pairs
from engine.corpus.store import Report, SongInfo, write_corpus
from engine.corpus.styles import style_heard, style_named
from engine.errors import CorpusError, MidiError
from engine.midi.read import parse_song, read_file
from engine.storage.atomic import check_target
from engine.storage.workers import Progress, WorkerLostError, work_through


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file: pairs, or a reason."""

    sha256: str = ""
    pairs: SongPairs | None = None
    reason: str = ""


def prepare_songs(
    folders: Sequence[Path], target: Path, *, jobs: int, progress: Progress = lambda *_: None
) -> Report:
    """Writes the corpus of all songs in the folders and says what became of each file."""
    check_target(target)
    files = find_songs(folders)
    if not files:
        raise CorpusError(f"no MIDI files in {', '.join(map(str, folders))}")
    outcomes = [FileResult()] * len(files)
    progress(0, len(files))
    paths = [file.path for file in files]
    for done, (index, answer) in enumerate(work_through(prepare_file, paths, jobs=jobs), 1):
        lost = isinstance(answer, WorkerLostError)
        outcomes[index] = FileResult(reason=str(answer)) if lost else answer
        progress(done, len(files))
    songs, dropped = _keep(files, outcomes)
    report = Report(len(files), len(songs), dict(sorted(dropped.items())))
    if not songs:
        raise CorpusError(f"no song can be used: {_listing(report)}")
    write_corpus(target, songs, report)
    return report


def prepare_file(path: Path) -> FileResult:
    """The pairs of one file; never raises."""
    digest = ""
    try:
        data = read_file(path)
        digest = hashlib.sha256(data).hexdigest()
        return FileResult(digest, song_pairs(parse_song(data)))
    except MidiError as error:
        return FileResult(digest, reason=f"broken file: {_kind_of(error, path)}")
    except Unfit as error:
        return FileResult(digest, reason=str(error))
    except MemoryError:
        return FileResult(digest, reason="needs too much memory")


def _kind_of(error: MidiError, path: Path) -> str:
    """The error without what differs from file to file, so that it can be counted."""
    return str(error).removeprefix(f"{path}: ").partition(" (")[0]


def _keep(
    files: Sequence[SongFile], outcomes: Sequence[FileResult]
) -> tuple[list[tuple[SongInfo, SongPairs]], Counter[str]]:
    """The songs to write, each file's bytes once, and the reasons of the others."""
    songs, dropped = [], Counter[str]()
    seen: set[str] = set()
    for file, outcome in zip(files, outcomes, strict=True):
        if outcome.pairs is None:
            dropped[outcome.reason] += 1
        elif outcome.sha256 in seen:
            dropped["the same file again"] += 1
        else:
            strict = int(outcome.pairs.strict) if file.info.strict < 0 else file.info.strict
            style = style_named(file.info.genre)
            style = style_heard(outcome.pairs) if style is None else style
            name = "" if style is None else style.name.lower()
            songs.append((replace(file.info, strict=strict, style=name), outcome.pairs))
        seen.add(outcome.sha256)
    return songs, dropped


def _listing(report: Report) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in report.dropped.items())
