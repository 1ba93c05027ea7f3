"""Files and folders that appear whole or not at all.

What is new is made beside its place, under a name that begins with a dot, and takes the place in
one step. Until then, whatever happens, what was there stands.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from engine.errors import CorpusError, needs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_file(path: Path, data: bytes, *, sync: bool = True, token: str = "") -> None:
    """Puts a file in its place when it is whole; an OSError leaves what was there.

    `token`: see `new_file`. `sync` waits until it is on the disk: a machine that loses its power
    keeps one or the other.
    """
    with new_file(path, token=token) as beside:
        _write(beside, data, sync=sync)


@contextmanager
def new_file(path: Path, *, token: str = "") -> Iterator[Path]:
    """Where to write a file; it goes to `path`, or to where that links to, when the block ends.

    Its name is made up, or of `token` where it is written again and again, so that a process that
    is killed leaves one behind and no more.
    """
    target = path.resolve()
    beside = target.with_name(f".{token or secrets.token_hex(6)}{target.suffix}")
    try:
        yield beside
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Where to write a folder's files; it takes the place of `folder` when the block ends."""
    target = folder.resolve()
    beside = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield beside
        beside.chmod(0o755)
        _swap(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_writable(path: Path) -> None:
    """Raises OSError where a file could not be put at `path`: said before the work, not after."""
    with suppress(FileExistsError):
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(21, "is a folder", str(path))
        Path(mkdtemp(prefix=".", dir=target.parent)).rmdir()


def check_target(folder: Path) -> None:
    """Raises CorpusError where a corpus cannot be written: said before the work, not after it."""
    with needs("train", "writing a corpus"):
        import_module("safetensors")
    try:
        if folder.exists() and not folder.is_dir():
            raise CorpusError(f"{folder} is a file; name a folder for the corpus")
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "corpus.json").is_file():
            raise CorpusError(f"{folder} holds something else; name a new folder for the corpus")
        target = folder.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent)).rmdir()
    except OSError as error:
        raise _unwritable(folder, error) from error


def publish(
    folder: Path, name: str, head: object, tensors: Mapping[str, NDArray[np.generic]]
) -> None:
    """Writes `name.json` and `name.safetensors` into a new folder, then puts it in its place."""
    check_target(folder)
    from safetensors.numpy import save

    try:
        with new_folder(folder) as beside:
            text = json.dumps(head, indent=1) + "\n"  # ASCII: file names may be no text at all
            _write(beside / f"{name}.json", text.encode("ascii"))
            _write(beside / f"{name}.safetensors", save(dict(tensors)))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _write(path: Path, data: bytes, *, sync: bool = True) -> None:
    with path.open("wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def _swap(new: Path, target: Path) -> None:
    """Puts `new` at `target`, and what was there, if anything, at `new`."""
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        _rename_twice(new, target)


def _exchange(one: Path, other: Path) -> bool:
    """Lets two names change places in one step, where the system can (Linux, macOS)."""
    if os.name != "posix":
        return False
    library, names = ctypes.CDLL(None), (os.fsencode(one), os.fsencode(other))
    if hasattr(library, "renameat2"):
        here = -100  # AT_FDCWD
        return bool(library.renameat2(here, names[0], here, names[1], 2) == 0)  # RENAME_EXCHANGE
    if hasattr(library, "renamex_np"):
        return bool(library.renamex_np(*names, 2) == 0)  # RENAME_SWAP
    return False


def _rename_twice(new: Path, target: Path) -> None:
    """The same in two steps: a process that is killed between them leaves the old folder hidden."""
    old = new.with_name(f"{new.name}.old")
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    old.rename(new)


def _unwritable(folder: Path, error: OSError) -> CorpusError:
    return CorpusError(f"{folder} cannot be written: {error.strerror or error}")
