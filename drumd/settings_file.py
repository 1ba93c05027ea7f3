"""Files of settings, and the options of the command line that go over them.

A file is TOML; its keys are the names of the options without their dashes: `in = "Guitar"`,
`latency_ms = 5`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from functools import partial
from pathlib import Path

import platformdirs

from drumd.config import Settings
from drumd.controls import Command, Control, Dial
from drumd.errors import SettingsError
from engine.music.notes import Metre
from engine.music.wishes import Feel, Style, feel_named, style_of
from engine.storage.atomic import write_file

KEY_OF = {"input": "in", "output": "out"}  # of the fields that are called otherwise
EXAMPLES = {
    "bpm": "112",
    "metre": '"4/4"',
    "temperature": "1.0",
    "style": '"funk"',
    "record": '"session.mid"',
    "clock_out": '"DAW clock"',
    "click": '"all"',
    "count": "4",
}
Value = float | str | None  # of a line in a file; None: it has none
LARGEST = 1e9  # of the numbers in a file
FIELDS = {field.name: field for field in fields(Settings)}


def load_settings(file: Path | None, options: Mapping[str, object]) -> Settings:
    """The settings of a file and of the command line's options, by field (None: not given)."""
    given = {name: value for name, value in options.items() if value is not None}
    if file is None:
        return _settings(given)
    try:
        return _settings(_read(file) | given)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from error


def user_file() -> Path:
    """Where the user's own settings are, if there are any."""
    return platformdirs.user_config_path("drumd") / "drumd.toml"


def origin_of(file: Path | None) -> set[str]:
    """Which fields a file of settings tells."""
    return set(_read(file) if file else ())


def key_of(field: str) -> str:
    """What a field of the settings is called in a file and on the command line."""
    return KEY_OF.get(field, field)


def commented() -> str:
    """A file of every setting, each commented out at its default."""
    lines = ["# Settings of `drumd listen`: take away a # and change what follows.", ""]
    for name, field in FIELDS.items():
        key, default = key_of(name), field.default
        value = EXAMPLES.get(key, "...") if default is None else _toml(default)
        lines.append(f"# {key} = {value}")
    return "\n".join(lines) + "\n"


def write_lines(file: Path, values: Mapping[str, Value]) -> None:
    """Change these settings in a file, and nothing else of it; one that is not there is begun."""
    try:
        text = file.read_text("utf-8") if file.exists() else commented()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, changed(text, values).encode())
    except (OSError, ValueError) as error:
        lines = ", ".join(_line(key, value) for key, value in values.items())
        raise SettingsError(f"{file} cannot be changed ({error}); write there: {lines}") from error


def changed(text: str, values: Mapping[str, Value]) -> str:
    """A file of settings with these in it: in the place of their lines, commented out or not, else
    after all others. A ValueError says that the file is not that simple."""
    before = tomllib.loads(text)
    for key, value in values.items():
        for begins in (rf"{key}\s*=", rf"#\s*{key}\s*="):
            new = partial(_line_instead, _line(key, value), gone=value is None)
            text, found = re.subn(rf"(?m)^[ \t]*{begins}.*$", new, text, count=1)
            if found:
                break
        else:
            if value is not None:
                text = f"{text.rstrip()}\n{_line(key, value)}\n".lstrip()
    wanted = {key: value for key, value in {**before, **values}.items() if value is not None}
    if tomllib.loads(text) != wanted:
        raise ValueError("it holds more than lines of settings")
    return text


def _line(key: str, value: Value) -> str:
    return f"# {key} = ..." if value is None else f"{key} = {_toml(value)}"


def _line_instead(line: str, old: re.Match[str], *, gone: bool) -> str:
    """What takes the place of a line; one that is to go is commented out."""
    before = old.group().strip()
    if not gone:
        return line
    return before if before.startswith("#") else f"# {before}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _read(file: Path) -> dict[str, object]:
    """What a file tells, by field."""
    try:
        with file.open("rb") as opened:
            told = tomllib.load(opened)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"cannot be read: {error}") from error
    field_of = {key_of(name): name for name in FIELDS}
    for key in told:
        if key not in field_of:
            raise SettingsError(f"there is no setting {key!r}; there are {', '.join(field_of)}")
    return {field_of[key]: value for key, value in told.items()}


def _settings(given: Mapping[str, object]) -> Settings:
    """Settings of values by field, each made what the field holds."""
    parsed = {name: _parsed(FIELDS[name], value) for name, value in given.items()}
    return Settings(**parsed)  # type: ignore[arg-type]


def _parsed(field: Field[object], value: object) -> object:
    kind = str(field.type).removesuffix(" | None")
    parse = _PARSE_CONTROL.get(field.name) or _PARSE[kind]
    try:
        return parse(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{key_of(field.name)} = {value!r}: {error}") from error


def _metre(value: object) -> Metre:
    return value if isinstance(value, Metre) else Metre.parse(str(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("must be text in quotes")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("must be a number")
    if abs(value) > LARGEST:
        raise ValueError("is too large")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("must be a whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _control_of(value: object) -> Control:
    return value if isinstance(value, Control) else Control.parse(_text(value))


def _control(value: object) -> Control:
    control = _control_of(value)
    if control.kind == "program":
        raise ValueError("a pedal or key is a `cc` or a `note`; a program chooses styles or parts")
    return control


def _dial(value: object) -> Control:
    control = _control_of(value)
    if control.kind != "cc":
        raise ValueError("a knob is a `cc`")
    return control


def _choosing_dial(value: object) -> Control:
    control = _control_of(value)
    if control.kind == "note":
        raise ValueError("styles, parts and songs are chosen by `program` or by a `cc`")
    return control


def _style(value: object) -> Style | None:
    return value if isinstance(value, Style) else style_of(_text(value))


def _feel(value: object) -> Feel | None:
    return value if isinstance(value, Feel) else feel_named(_text(value))


def _path(value: object) -> Path:
    return value if isinstance(value, Path) else Path(_text(value)).expanduser()


_PARSE: dict[str, Callable[[object], object]] = {
    "str": _text,
    "bool": _flag,
    "int": _whole,
    "float": _number,
    "Path": _path,
    "Metre": _metre,
    "Style": _style,
    "Feel": _feel,
}
_PARSE_CONTROL: dict[str, Callable[[object], object]] = {
    **{command.value: _control for command in Command},
    **{dial.value: _dial for dial in Dial},
    **{dial.value: _choosing_dial for dial in (Dial.STYLE, Dial.METRE, Dial.PART, Dial.SONG)},
}
