"""Which key plays which voice: the kits of the world as tables, and a reader of the user's own.

A table is TOML: `title`, `source`, `[keys]` with a key for each voice, `[choke]` with keys that
stop a cymbal, `aftertouch` with cymbals that polyphonic aftertouch stops. What a kit does not have
a near voice stands in for. Keys that come in are drumd's own, those of `standard`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError
from engine.music.kit import CLICK_KEYS, VOICE_OF, Voice

FOLDER = Path(__file__).parent / "kits"
STANDARD = "standard"
NAMES = (
    STANDARD, "gm", "ezdrummer", "superior", "addictive", "logic", "ableton", "reaper", "roland",
)  # fmt: skip
CLICK = "click"
VOICE_NAMES = {voice.name.lower(): voice for voice in Voice}
STAND_INS = {
    Voice.HALF_OPEN_HAT: Voice.OPEN_HAT,
    Voice.OPEN_HAT: Voice.CLOSED_HAT,
    Voice.PEDAL_HAT: Voice.CLOSED_HAT,
    Voice.SIDE_STICK: Voice.SNARE,
    Voice.CLAP: Voice.SNARE,
    Voice.MID_TOM: Voice.LOW_TOM,
    Voice.HIGH_TOM: Voice.MID_TOM,
    Voice.LOW_TOM: Voice.SNARE,
    Voice.CRASH: Voice.RIDE,
    Voice.RIDE: Voice.CLOSED_HAT,
    Voice.RIDE_BELL: Voice.RIDE,
    Voice.COWBELL: Voice.RIDE_BELL,
    Voice.TAMBOURINE: Voice.CLOSED_HAT,
    Voice.SHAKER: Voice.CLOSED_HAT,
}
NEEDED = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT)


@dataclass(frozen=True, slots=True)
class KitMap:
    """One kit's keys."""

    name: str
    title: str
    source: str
    note: str
    keys: Mapping[Voice, int]  # what the kit has
    choke: Mapping[Voice, int]
    aftertouch: frozenset[Voice]
    click: int

    def key(self, standard: int) -> int:
        """The kit's key for one of drumd's; a key that drumd does not know stays."""
        if standard in CLICK_KEYS:
            return self.click
        voice = VOICE_OF.get(standard)
        return standard if voice is None else self.keys[self.voice(voice)]

    def voice(self, voice: Voice) -> Voice:
        """The voice itself, or what stands in for it."""
        while voice not in self.keys:
            voice = STAND_INS[voice]
        return voice


def kit_map(name: str) -> KitMap:
    """The kit of that name, or of a TOML file; an EngineError says what is wrong with it."""
    if name.lower() in NAMES:
        return _read(FOLDER / f"{name.lower()}.toml", name.lower())
    if name.lower().endswith(".toml"):
        return _read(Path(name).expanduser(), name)
    raise EngineError(
        f"there is no kit {name!r}; there are {', '.join(NAMES)}, or name a .toml file"
    )


def _read(path: Path, name: str) -> KitMap:
    try:
        with path.open("rb") as file:
            return _parsed(tomllib.load(file), name)
    except OSError as error:
        raise EngineError(f"the kit {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise EngineError(f"the kit {path}: {error}") from error


def _parsed(table: Mapping[str, object], name: str) -> KitMap:
    known = {"title", "source", "note", "keys", "choke", "aftertouch"}
    if strange := table.keys() - known:
        raise ValueError(f"it knows no {min(strange)!r}, only {', '.join(sorted(known))}")
    given = _section(table, "keys")
    click = _key(CLICK, given.pop(CLICK)) if CLICK in given else None
    keys = _keys(given)
    if missing := [voice.name.lower() for voice in NEEDED if voice not in keys]:
        raise ValueError(f"[keys] needs {', '.join(missing)}")
    stopped = table.get("aftertouch", [])
    if not isinstance(stopped, list):
        raise TypeError("aftertouch must be a list of cymbals")
    side_stick = keys.get(Voice.SIDE_STICK, keys[Voice.CLOSED_HAT])
    return KitMap(
        name,
        str(table.get("title", "")),
        str(table.get("source", "")),
        str(table.get("note", "")),
        keys,
        _keys(_section(table, "choke")),
        frozenset(_voice(str(one)) for one in stopped),
        side_stick if click is None else click,
    )


def _section(table: Mapping[str, object], name: str) -> dict[str, object]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise TypeError(f"[{name}] must be a table of keys")
    return dict(section)


def _keys(section: Mapping[str, object]) -> dict[Voice, int]:
    return {_voice(name): _key(name, key) for name, key in section.items()}


def _voice(name: str) -> Voice:
    if name not in VOICE_NAMES:
        raise ValueError(f"there is no voice {name!r}; there are {', '.join(VOICE_NAMES)}")
    return VOICE_NAMES[name]


def _key(name: str, key: object) -> int:
    if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key <= 127:
        raise ValueError(f"{name} = {key!r}: a key is a whole number in 0..127")
    return key
