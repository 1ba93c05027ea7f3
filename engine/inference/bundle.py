"""A bundle: a trained drummer as a folder of ONNX files and `bundle.json`.

`bundle.json` tells what made the bundle, on which songs and under which licences, its measured
scores, and a checksum of every file. Nothing in a bundle can run code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.encoding.combinations import USUAL
from engine.encoding.features import OFFSETS, VELOCITIES
from engine.errors import BundleError
from engine.music.grid import SLOTS
from engine.music.kit import Voice

FORMAT = "drumd-bundle"
VERSION = 3
FIRST_KIT = 2  # the version of bundles that play ten voices and know no grooves
FIRST_VOICES = 10
ABOUT = "bundle.json"
LISTEN, PLAY, FIT, GROOVES = "listen.onnx", "play.onnx", "fit.onnx", "grooves.json"
SHIPPED = Path(__file__).parent.parent / "bundles" / "lstm"


@dataclass(frozen=True, slots=True)
class Playing:
    """How a bundle is played unless a request says otherwise."""

    temperature: float = 0.8  # 0: always the likeliest stroke
    takes: int = 8  # tried for each answer; the best is kept
    floor: float = 0.0  # of the likeliest stroke's chance, below which none is drawn
    guidance: float = 0.0  # how far beyond its own answer to lean towards the groove it is told
    listening: float = 0.0  # likewise towards what the guitar of the bar makes likelier
    grip: float = 1.0  # how firmly a groove of its own choice is told; 0.5 as it was learnt
    velocity_spread: float = 0.8  # 0: as hard as the median of what is likely; 1: drawn from it all
    timing_spread: float = 1.0  # likewise for how early or late

    def __post_init__(self) -> None:
        if not (0 <= self.temperature <= 5 and 1 <= self.takes <= 64 and 0 <= self.guidance <= 5):
            raise ValueError("temperature must be in 0..5, takes in 1..64, guidance in 0..5")
        if not 0 <= self.listening <= 5:
            raise ValueError("listening must be in 0..5")
        if not (0 <= self.floor < 1 and 0 <= self.grip <= 1):
            raise ValueError("floor and grip must be in 0..1")
        if not (0 <= self.velocity_spread <= 1 and 0 <= self.timing_spread <= 1):
            raise ValueError("velocity_spread and timing_spread must be in 0..1")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose files are all there and as they were written."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def listen(self) -> Path:
        return self.folder / LISTEN

    @property
    def play(self) -> Path:
        return self.folder / PLAY

    @property
    def fit(self) -> Path:
        return self.folder / FIT

    @property
    def grooves(self) -> Path:
        return self.folder / GROOVES

    @property
    def is_first_kit(self) -> bool:
        """Whether it plays ten voices, chosen among all their sets, and knows no grooves."""
        return bool(self.about["version"] == FIRST_KIT)

    @property
    def playing(self) -> Playing:
        return Playing(**self.about["playing"])


def vocabulary(version: int = VERSION) -> dict[str, Any]:
    """What the numbers in and out of the network mean; both sides must agree on it."""
    first = version == FIRST_KIT
    combinations = {} if first else {"combinations": USUAL.tolist()}
    return combinations | {
        "slots": [round(float(slot), 6) for slot in SLOTS],
        "voices": [voice.name.lower() for voice in Voice][: FIRST_VOICES if first else None],
        "velocities": VELOCITIES,
        "offsets": [float(offset) for offset in OFFSETS],
    }


def open_bundle(folder: Path | None = None) -> Bundle:
    """Checks a bundle, the shipped one by default. Raises BundleError with what is wrong."""
    folder = folder or SHIPPED
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
    except FileNotFoundError as error:
        raise BundleError(f"{folder} is no bundle: it has no {ABOUT}; see drumd export") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{folder / ABOUT} is broken: {error}; export it again") from error
    _check_about(folder, about)
    first = about["version"] == FIRST_KIT
    for name in (LISTEN, PLAY) if first else (LISTEN, PLAY, FIT, GROOVES):
        _check_file(folder / name, about["files"].get(name))
    return Bundle(folder, about)


def describe_file(path: Path) -> dict[str, Any]:
    """The entry of a file under `files` in bundle.json."""
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _check_about(folder: Path, about: Any) -> None:
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise BundleError(f"{folder} is not a drumd bundle; see drumd export")
    if about.get("version") not in (FIRST_KIT, VERSION):
        raise BundleError(
            f"{folder} is a bundle of version {about.get('version')}, this drumd plays version"
            f" {VERSION}; export it again"
        )
    if about.get("vocabulary") != vocabulary(about["version"]):
        raise BundleError(f"{folder} speaks another grid or kit than this drumd; export it again")
    try:
        Playing(**about["playing"])
        about["files"].items()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{folder / ABOUT} lacks its files or how to play it; export it again"
        ) from error


def _check_file(path: Path, entry: object) -> None:
    try:
        found = describe_file(path)
    except OSError as error:
        raise BundleError(f"{path} is missing or unreadable; copy the whole bundle") from error
    if found != entry:
        raise BundleError(f"{path} was changed or cut short (checksum); copy the bundle again")
