"""Kits that are computed once and kept in the user's cache folder.

Computing a kit takes one or two seconds, reading it a twentieth. The name of its file holds a
checksum of the code that made it, so a changed timbre is never answered with an old sound. A
cache that cannot be read or written costs time and nothing else.
"""

from __future__ import annotations

import logging
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from drumd.sound.errors import SoundError
from drumd.sound.kits.build import RATE, build_kit
from drumd.sound.kits.kit import Kit, Samples
from drumd.sound.kits.sampled import is_own_kit, own_kit
from drumd.sound.kits.tables import KITS
from drumd.sound.synthesis.modes import Audio
from engine.storage.atomic import new_file

logger = logging.getLogger("drumd")

FULL_SCALE = 32_767.0
HEADROOM = 2.0  # the highest amplitude that a file can hold
MADE_BY = ("kits", "synthesis")  # the folders of the code that says how a kit sounds


def load_kit(name: str, rate: int = RATE, folder: Path | None = None) -> Kit:
    """The kit of that name, from the cache if it is there."""
    if is_own_kit(name):
        return own_kit(name, rate)
    if name not in KITS:
        raise SoundError(
            f"there is no kit {name!r}; there are {', '.join(KITS)}, or name a folder of sounds,"
            " an .sfz or an .sf2 file"
        )
    path = (folder or cache_folder()) / f"{name}-{rate}-{_fingerprint()}.npz"
    try:
        return _read(path, name, rate)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.debug("%s is of no use: %s", path, error)
    kit = build_kit(name, rate)
    try:
        _write(path, kit)
    except OSError as error:
        logger.debug("the kit cannot be kept in %s: %s", path.parent, error)
    return kit


def cache_folder() -> Path:
    return platformdirs.user_cache_path("drumd") / "sound"


def _read(path: Path, name: str, rate: int) -> Kit:
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        frames, lengths, shapes = file["frames"], file["lengths"], file["shapes"]
    if len(shapes) != len(KITS[name]) or lengths.sum() != len(frames):
        raise ValueError("its parts do not fit together")
    takes = iter(np.split(frames, np.cumsum(lengths)[:-1]))
    pieces = {
        piece: Samples(tuple(tuple(_sound(next(takes)) for _ in range(v)) for _ in range(layers)))
        for piece, (layers, v) in zip(KITS[name], shapes.tolist(), strict=True)
    }
    return Kit(name, rate, pieces)


def _sound(frames: NDArray[np.int16]) -> Audio:
    return frames * np.float32(HEADROOM / FULL_SCALE)


def _write(path: Path, kit: Kit) -> None:
    """Put the kit in its place when it is whole, and remove those of older code."""
    takes = [take for s in kit.pieces.values() for layer in s.takes for take in layer]
    frames = np.concatenate(takes) * np.float32(FULL_SCALE / HEADROOM)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path) as beside, beside.open("wb") as file:
        np.savez(
            file,
            frames=np.clip(np.rint(frames), -FULL_SCALE, FULL_SCALE).astype(np.int16),
            lengths=np.array([len(take) for take in takes]),
            shapes=np.array([(len(s.takes), len(s.takes[0])) for s in kit.pieces.values()]),
        )
    for old in path.parent.glob(f"{kit.name}-{kit.rate}-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)


@cache
def _fingerprint() -> str:
    """A checksum of the code that makes kits."""
    room = Path(__file__).parent.parent
    sources = sorted(path for name in MADE_BY for path in (room / name).glob("*.py"))
    return sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
