"""A bundle as it is, with other grooves or another way of playing: nothing is trained for it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine.errors import BundleError
from engine.grooves.book import read_book
from engine.inference.bundle import (
    ABOUT,
    FIT,
    GROOVES,
    LISTEN,
    PLAY,
    describe_file,
    open_bundle,
)
from engine.storage.atomic import new_folder


def redress(
    source: Path, bundle: Path, playing: Mapping[str, float], *, grooves: Path | None = None
) -> Path:
    """Writes the network of the bundle `source` into `bundle`, which is replaced if it is one.

    `playing` holds what changes of `engine.inference.bundle.Playing`; `grooves` is a folder that
    `drumd grooves` made, or a bundle. Raises BundleError where there is nothing to take over.
    """
    known = open_bundle(source)
    if known.is_first_kit:
        raise BundleError(
            f"{source} knows no grooves yet; train it on: drumd train --from {source}"
        )
    check_bundle_folder(bundle)
    try:
        bundle.parent.mkdir(parents=True, exist_ok=True)
        with new_folder(bundle) as folder:
            for name in (LISTEN, PLAY):
                shutil.copyfile(source / name, folder / name)
            told = copy_grooves(grooves or source, folder)
            about = {
                **known.about,
                "playing": asdict(replace(known.playing, **playing)),  # type: ignore[arg-type]
                "grooves": told,
                "files": files_of(folder),
            }
            write_about(folder, about)
    except OSError as error:
        raise BundleError(f"{bundle} cannot be written: {error.strerror or error}") from error
    return bundle


def check_bundle_folder(bundle: Path) -> None:
    """Raises BundleError for a folder that holds other things than a bundle."""
    if bundle.exists() and any(bundle.iterdir()) and not (bundle / ABOUT).exists():
        raise BundleError(f"{bundle} holds other things; name an empty folder for the bundle")


def copy_grooves(source: Path, folder: Path) -> dict[str, Any]:
    """Puts a book and its network into a bundle's folder; what is told of them."""
    book = read_book(source / GROOVES)
    try:
        for name in (FIT, GROOVES):
            shutil.copyfile(source / name, folder / name)
    except OSError as error:
        raise BundleError(f"{source} holds no grooves; make some with `drumd grooves`") from error
    sources = Counter(groove.source.partition(",")[0] for groove in book.grooves)
    return {"grooves": len(book.grooves), "sources": dict(sources)}


def files_of(folder: Path) -> dict[str, Any]:
    """The checksums of a bundle's files."""
    return {name: describe_file(folder / name) for name in (LISTEN, PLAY, FIT, GROOVES)}


def write_about(folder: Path, about: Mapping[str, Any]) -> None:
    """What a bundle tells of itself."""
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    (folder / ABOUT).write_text(text, "utf-8")
