"""Song files: TOML that names the parts of a song and their order; a folder of them is a set list.

name = "Slow train"
order = "intro 4, A 8, B 8, A 8, end"

[parts.B]
style = "funk"
density = 0.7
metre = "3/4"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from drumd.errors import SettingsError
from drumd.jam.given import GivenGroove
from drumd.jam.parts import Part
from drumd.jam.song import END, Section, Song
from engine.music.bars import PLAYABLE, playable
from engine.music.notes import COMMON_TIME, Metre
from engine.music.wishes import Wishes, feel_named, style_of

EXAMPLE = 'order = "intro 4, A 8, B 8, end"'
KEYS = ("name", "order", "metre", "parts")
PART_KEYS = ("style", "feel", "density", "intensity", "humanize", "idea", "groove", "metre")
MOST_BARS, MOST_SECTIONS = 500, 500
NAME_LENGTH = 40
_ENTRY = re.compile(r"([^\W\d_][\w' -]{0,19}?)\s+(\d{1,4})")

ReadGroove = Callable[[Path], GivenGroove]


def read_songs(path: Path, read_groove: ReadGroove) -> tuple[Song, ...]:
    """The song of a file, or those of a folder, by the names of their files."""
    if not path.is_dir():
        return (read_song(path, read_groove),)
    files = sorted(file for file in path.glob("*.toml") if file.is_file())
    if not files:
        raise SettingsError(f"{path} holds no song files: a set list is a folder of NAME.toml")
    return tuple(read_song(file, read_groove) for file in files)


def read_song(file: Path, read_groove: ReadGroove) -> Song:
    """The song of a file; a SettingsError says in one sentence what is wrong with it."""
    try:
        with file.open("rb") as opened:
            told = tomllib.load(opened)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    try:
        return _song(told, file, read_groove)
    except ValueError as error:
        raise SettingsError(f"{file}: {error}") from error


def _song(told: Mapping[str, object], file: Path, read_groove: ReadGroove) -> Song:
    _known(told, KEYS, "")
    name = told.get("name", file.stem)
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH:
        raise ValueError(f"name must be text of 1 to {NAME_LENGTH} letters")
    order = told.get("order")
    if not isinstance(order, str):
        raise ValueError(f"the order of the parts is missing: write it like {EXAMPLE}")
    sections, ends = _sections(order)
    tables = told.get("parts", {})
    if not isinstance(tables, dict):
        raise ValueError("parts are tables: write them like [parts.A]")
    names = {section.part for section in sections}
    parts = {}
    for part, table in tables.items():
        if part not in names:
            raise ValueError(f"there is no part {part!r} in the order; there are {_list(names)}")
        parts[part] = _part(part, table, file.parent, read_groove)
    return Song(name, sections, ends, parts, _metres(told, names))


def _metres(told: Mapping[str, Any], parts: set[str]) -> dict[str, Metre]:
    """The metre of each part: its own, else the song's, which is 4/4 if another part tells one."""
    own = {part: _metre(table, f"parts.{part}: ") for part, table in told.get("parts", {}).items()}
    song = _metre(told, "") or (COMMON_TIME if any(own.values()) else None)
    return {part: metre for part in parts if (metre := own.get(part) or song)}


def _metre(table: Mapping[str, object], where: str) -> Metre | None:
    if "metre" not in table:
        return None
    try:
        metre = Metre.parse(_text("metre", table["metre"]))
    except ValueError as error:
        raise ValueError(f"{where}{error}") from error
    if not playable(metre):
        raise ValueError(f"{where}metre: {PLAYABLE}")
    return metre


def _sections(order: str) -> tuple[tuple[Section, ...], bool]:
    """The sections of an order, and whether it ends."""
    entries = [entry.strip() for entry in order.split(",")]
    ends = entries[-1].lower() == END
    entries = entries[:-1] if ends else entries
    if not 1 <= len(entries) <= MOST_SECTIONS:
        raise ValueError(f"order must name 1 to {MOST_SECTIONS} parts, like {EXAMPLE}")
    return tuple(_section(entry) for entry in entries), ends


def _section(entry: str) -> Section:
    if entry.lower() == END:
        raise ValueError("end comes last in the order")
    found = _ENTRY.fullmatch(entry)
    if not found:
        raise ValueError(f"{entry!r} in the order is no part with its bars: write it like A 8")
    part, bars = found[1], int(found[2])
    if part.lower() == END or not 1 <= bars <= MOST_BARS:
        raise ValueError(f"{entry!r} in the order: a part has 1 to {MOST_BARS} bars, end has none")
    return Section(part, bars)


def _part(name: str, table: object, folder: Path, read_groove: ReadGroove) -> Part:
    if not isinstance(table, dict):
        raise ValueError(f"parts.{name} is a table: write it like [parts.{name}]")
    _known(table, PART_KEYS, f"parts.{name}: ")
    try:
        style, feel = table.get("style"), table.get("feel")
        wishes = Wishes(
            None if style is None else style_of(_text("style", style)),
            _share(table, "density"),
            _share(table, "intensity"),
            humanize=_share(table, "humanize"),
            feel=None if feel is None else feel_named(_text("feel", feel)),
        )
        idea = table.get("idea", 1)
        if isinstance(idea, bool) or not isinstance(idea, int) or not 1 <= idea <= 5:
            raise ValueError("idea must be a whole number in 1..5")
        groove = table.get("groove")
        file = None if groove is None else folder / Path(_text("groove", groove)).expanduser()
    except ValueError as error:
        raise ValueError(f"parts.{name}: {error}") from error
    return Part(wishes, idea - 1, read_groove(file) if file else None)


def _known(told: Mapping[str, object], keys: tuple[str, ...], where: str) -> None:
    for key in told:
        if key not in keys:
            raise ValueError(f"{where}there is no setting {key!r}; there are {', '.join(keys)}")


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text in quotes")
    return value


def _share(table: Mapping[str, object], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{key} must be a number in 0..1")
    return float(value)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))
