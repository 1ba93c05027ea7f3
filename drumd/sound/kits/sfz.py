"""What an SFZ file plays on the keys of a drum kit.

Of SFZ's opcodes those are read that kits are made with: sample, key, lokey, hikey, lovel, hivel,
seq_position, lorand, volume, trigger, default_path, note_offset; `#define` and `#include` too.
Keys are those of General MIDI. What needs a pedal to be down (locc4 above 0, say) is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from drumd.sound.errors import SoundError
from drumd.sound.kits.pieces import GM_KEYS, KEYS, Piece

HEADER = re.compile(r"<(\w+)>")
OPCODE = re.compile(r"([\w$#]+)=(.*?)(?=\s+[\w$#]+=|\s*$)", re.DOTALL)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
DEFINE = re.compile(r"#define\s+(\$\w+)\s+(\S+)")
INCLUDE = re.compile(r'#include\s+"([^"]+)"')
NOTE = re.compile(r"([a-g])([#b]?)(-?\d)")
STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
INHERITED = {"global": 0, "master": 1, "group": 2, "region": 3}
MOST_ZONES, DEEPEST, LONGEST = 20_000, 8, 4_000_000  # regions, files in files, characters


@dataclass(frozen=True, slots=True)
class Zone:
    """One sound, and which strokes of a key play it."""

    sample: Path
    low: int  # velocities
    high: int
    turn: tuple[int, float]  # its place among variants: seq_position, lorand
    volume_db: float


def read_sfz(path: Path) -> dict[Piece, list[Zone]]:
    """The zones of each piece; a SoundError where the file is none."""
    text = COMMENT.sub("", _text_of(path, DEEPEST))
    for name, value in sorted(DEFINE.findall(text), key=lambda pair: -len(pair[0])):
        text = text.replace(name, value)
    regions = _regions(re.sub(r"#define[^\n]*", "", text))
    zones = defaultdict(list)
    for piece, keys in KEYS.items():
        for key in sorted(keys, key=lambda key: key not in GM_KEYS):  # the first that plays
            try:
                zones[piece] = [z for region in regions if (z := _zone(region, key, path.parent))]
            except ValueError as error:
                raise SoundError(f"{path}: {error}") from error
            if zones[piece]:
                break
    return {piece: ones for piece, ones in zones.items() if ones}


def _text_of(path: Path, deep: int) -> str:
    if not deep:
        raise SoundError(f"{path}: files include each other without end")
    try:
        text = path.read_text("utf-8", errors="replace")[:LONGEST]
    except OSError as error:
        raise SoundError(f"the kit {path} cannot be read: {error.strerror or error}") from error
    return INCLUDE.sub(lambda found: _text_of(path.parent / found[1], deep - 1), text)


def _regions(text: str) -> list[dict[str, str]]:
    """Each region's opcodes, with those of the groups around it."""
    _, *parts = HEADER.split(text)
    levels: list[dict[str, str]] = [{}, {}, {}, {}]
    control: dict[str, str] = {}
    regions = list[dict[str, str]]()
    for header, body in zip(parts[::2], parts[1::2], strict=True):
        opcodes = {name.lower(): value.strip() for name, value in OPCODE.findall(body)}
        if header == "control":
            control |= opcodes
        if header not in INHERITED:
            continue
        level = INHERITED[header]
        levels[level:] = [opcodes, *({} for _ in levels[level + 1 :])]
        if header == "region" and len(regions) < MOST_ZONES:
            whole = dict(control)
            for one in levels:
                whole |= one
            regions.append(whole)
    return regions


def _zone(region: dict[str, str], key: int, folder: Path) -> Zone | None:
    """What the region plays on a key, or None."""
    sample = region.get("sample", "")
    offset = int(region.get("note_offset", 0))
    low, high = (region.get(name, region.get("key", "")) for name in ("lokey", "hikey"))
    plays = low and high and _key(low) + offset <= key <= _key(high) + offset
    if not plays or not sample or sample.startswith("*") or _needs_more(region):
        return None
    place = (region.get("default_path", "") + sample).replace("\\", "/")
    return Zone(
        folder / place,
        int(region.get("lovel", 0)),
        min(127, int(region.get("hivel", 127))),
        (int(region.get("seq_position", 1)), float(region.get("lorand", 0))),
        max(-60.0, min(24.0, float(region.get("volume", 0)))),
    )


def _needs_more(region: dict[str, str]) -> bool:
    """Whether it sounds only on release, or while a pedal is down."""
    if region.get("trigger", "attack") not in ("attack", "first"):
        return True
    return any(name.startswith("locc") and float(value) > 0 for name, value in region.items())


def _key(text: str) -> int:
    """A key as a number or by its name: c4 is 60."""
    if named := NOTE.fullmatch(text.lower()):
        step, accidental, octave = named.groups()
        sharper = {"#": 1, "b": -1, "": 0}[accidental]
        return STEPS[step] + sharper + 12 * (int(octave) + 1)
    return int(text)
