"""What is read stays as it is, and what is there already is kept: the same rule in all commands.

Nothing is written over a file that is read, by whatever name or link it is called. A file that
stands where something is to be written is kept unless `--force` is given; a page that drumd made
of a recording or a measurement is made again. Recordings never stop a jam: they take a name with
a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import count
from pathlib import Path

from engine.errors import OutputError

OUR_PAGE = b'<meta name="generator" content="drumd">'
HEAD_BYTES = 500  # of a page, in which that stands


def check_outputs(
    reads: Iterable[Path], writes: Sequence[Path], *, force: bool, pages: bool = False
) -> None:
    """Raises OutputError unless `writes` may be written; `pages` of drumd's own may be replaced.

    Of a folder among `reads` all files are read.
    """
    read, asked = identities(reads), set[object]()
    for target in writes:
        if reason := in_the_way(target, read, force=force, pages=pages):
            raise OutputError(reason)
        if identity(target) in asked:
            raise OutputError(f"{target} is asked for twice; name two files")
        asked.add(identity(target))


def in_the_way(target: Path, read: Collection[object], *, force: bool, pages: bool = False) -> str:
    """Why nothing may be written to `target`, or nothing; `read` are identities."""
    if identity(target) in read:
        return f"{target} is what is read; name another file to write to"
    if target.is_dir():
        return f"{target} is a folder; name a file"
    if is_there(target) and not force and not (pages and is_our_page(target)):
        return f"{target} is there already; --force overwrites it"
    return ""


def same_file(one: Path, other: Path) -> bool:
    """Whether two names mean one file, also through links and on disks that ignore case."""
    return identity(one) == identity(other)


def identities(reads: Iterable[Path]) -> set[object]:
    """What stands for the files that are read: of a folder, such as a bundle, those in it."""
    return {identity(file) for path in reads for file in (path, *_files_in(path))}


def identity(path: Path) -> object:
    """What is equal for all names of one file."""
    place = _resolved(path)
    try:
        found = place.stat()
    except (OSError, ValueError):  # not there (yet)
        return place
    return found.st_dev, found.st_ino


def is_there(path: Path) -> bool:
    """Whether a name is taken, if only by a link that leads nowhere."""
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError):
        return False


def is_our_page(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return OUR_PAGE in file.read(HEAD_BYTES)
    except OSError:
        return False


def free_name(path: Path) -> Path:
    """The path itself, or `NAME-2`, `NAME-3`... where that is taken."""
    if not is_there(path):
        return path
    numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(one for one in numbered if not is_there(one))


def _files_in(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except (OSError, ValueError):  # a file; not there
        return []


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle
        return path.absolute()
