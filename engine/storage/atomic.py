"""Folders that appear whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorpusError, needs


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

    target = folder.resolve()
    beside = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        text = json.dumps(head, indent=1) + "\n"  # ASCII: file names may be no text at all
        _write(beside / f"{name}.json", text.encode("ascii"))
        _write(beside / f"{name}.safetensors", save(dict(tensors)))
        beside.chmod(0o755)
        _swap(beside, target)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _swap(new: Path, target: Path) -> None:
    """Puts `new` at `target`; what was there goes only once the new one stands."""
    if not target.exists():
        new.rename(target)
        return
    old = new.with_name(f"{new.name}.old")
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> CorpusError:
    return CorpusError(f"{folder} cannot be written: {error.strerror or error}")
