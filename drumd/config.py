"""The settings of `drumd listen`: each has its default here, and only here.

The command line goes over the file, the file over the defaults. A file is TOML; its keys are the
names of the options without their dashes: `in = "Guitar"`, `latency_ms = 5`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from drumd.controls import Command, Control, Dial
from drumd.errors import SettingsError
from engine.music.kit_map import STANDARD
from engine.music.notes import Metre
from engine.music.wishes import Feel, Style, Wishes, feel_named, style_of

CLOCKS = ("auto", "host", "link", "count-in", "free", "given")
PARTS_AT = ("bar", "phrase")
FIELD_OF = {"in": "input", "out": "output"}
CLICKS = ("all", "count-in")
FEWEST, MOST = 4, 16  # clicks of a count-in
AUTO, KIT_SOUNDS = "auto", ("rock", "jazz")  # the kits of drumd's own
SPEAKERS = "speakers"
AUDIO = "audio"  # and an input that is heard by ear
LATEST_MS = 100.0  # that is taken off, on the way out and on the way in
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
LARGEST = 1e9  # of the numbers in a file
KEY_OF = {field: key for key, field in FIELD_OF.items()}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the daemon is told; checked when it is made."""

    input: str = "Guitar"
    output: str = "AI Drums"
    api: str = "auto"
    clock: str = "auto"
    link: bool = False  # whether `auto` may join an Ableton Link session
    bpm: float | None = None  # about how fast; for `given`, exactly
    metre: Metre | None = None  # None: the host's if it tells one, else 4/4
    model: Path | None = None  # None: the bundle that ships
    seed: int = 0
    temperature: float | None = None  # None: the bundle's own
    style: Style | None = None  # None (`auto`) leaves it to the drummer, as with the next four
    feel: Feel | None = None
    density: float | None = None
    intensity: float | None = None
    humanize: float | None = None
    groove: Path | None = None  # a MIDI file whose first bars of drums are kept to
    song: Path | None = None  # a song file, or a folder of them
    record: Path | None = None
    kit: str = STANDARD  # whose keys the drums go out on, one of `drumd kits` or a .toml file
    sound: bool = False  # whether the drums also sound from this machine's speakers
    kit_sound: str = AUTO  # which kit sounds there: by the style, one of KIT_SOUNDS, or a path
    keep_in: Path | None = None  # the folder for what is kept after the fact; None: in the music's
    force: bool = False  # whether a recording may take the place of a file that is there
    page: bool = False  # a page for a browser on this machine
    page_lan: bool = False  # and for those in the same network who know the code
    page_port: int = 8722
    clock_out: str | None = None  # a port through which the song's time goes out as MIDI clock
    link_lead: bool = False  # whether the Ableton Link session follows the song
    click: str | None = None  # whether drumd clicks: in the whole song, or to count in
    count: int | None = None  # clicks of a count-in that drumd sounds; its last four are the taps
    latency_ms: float = 0.0  # so much earlier drums are sent
    input_latency_ms: float = 0.0  # so late an audio input is
    channel: int | None = None  # of an audio input, from 1; None: all of them, mixed
    gain_db: float = 0.0  # of an audio input
    gate_db: float | None = None  # what is softer there (against full scale) is no stroke
    max_late_ms: float = 20.0
    this_is_one: Control | None = None
    twice: Control | None = None
    half: Control | None = None
    tap: Control | None = None
    count_off: Control | None = None
    fill: Control | None = None
    regenerate: Control | None = None
    hold: Control | None = None
    mute: Control | None = None
    tap_groove: Control | None = None
    pedal: Control | None = None  # one for all; see drumd.jam.pedal
    next_part: Control | None = None
    ending: Control | None = None
    start: Control | None = None
    part_a: Control | None = None  # calls back what was kept as A
    part_b: Control | None = None
    part_c: Control | None = None
    part_d: Control | None = None
    keep: Control | None = None
    keep_a: Control | None = None
    keep_b: Control | None = None
    keep_c: Control | None = None
    keep_d: Control | None = None
    stops: bool = True  # whether the drums stop when the player stops dead
    parts_at: str = "bar"  # where a part that is called begins: the next bar but one, or a phrase
    style_dial: Control | None = None
    density_dial: Control | None = None
    intensity_dial: Control | None = None
    humanize_dial: Control | None = None
    part_dial: Control | None = None
    song_dial: Control | None = None

    def __post_init__(self) -> None:
        _check(self.input != "", "in: a port needs a name")
        _check(self.output != "", "out: a port needs a name")
        _check(
            not (self.sound and is_speakers(self.output)),
            "sound: the output is the speakers already; leave it out",
        )
        _check(self.clock in CLOCKS, f"clock must be one of {', '.join(CLOCKS)}")
        _check(self.bpm is None or 20 <= self.bpm <= 400, "bpm must be in 20..400")
        for clock in ("host", "link", "count-in"):
            _check(
                self.bpm is None or self.clock != clock,
                f"bpm and clock = {clock} exclude each other",
            )
        _check(self.bpm is not None or self.clock != "given", "clock = given needs bpm too")
        _check(
            not self.link or self.clock in ("auto", "link"),
            f"link and clock = {self.clock} exclude each other",
        )
        _check(
            self.metre is None or playable_metre(self.metre),
            "metre: a bar must last 1.5..6 quarter notes and end on an eighth",
        )
        _check(
            self.temperature is None or 0 <= self.temperature <= 5, "temperature must be in 0..5"
        )
        for name in ("density", "intensity", "humanize"):
            value = getattr(self, name)
            _check(value is None or 0 <= value <= 1, f"{name} must be in 0..1")
        _check(self.channel is None or 1 <= self.channel <= 64, "channel must be in 1..64")
        _check(-60 <= self.gain_db <= 60, "gain_db must be in -60..60")
        _check(self.gate_db is None or -120 <= self.gate_db <= 0, "gate_db must be in -120..0")
        _check(-LATEST_MS <= self.latency_ms <= LATEST_MS, "latency_ms must be in -100..100")
        _check(0 <= self.input_latency_ms <= LATEST_MS, "input_latency_ms must be in 0..100")
        _check(self.parts_at in PARTS_AT, f"parts_at must be one of {', '.join(PARTS_AT)}")
        _check(0 <= self.page_port <= 65535, "page_port must be in 0..65535")
        _check(
            not (self.link_lead and self.links),
            "link_lead and link exclude each other: a session is followed or led",
        )
        _check(
            self.clock_out is None or self.clock_out not in ("", self.output, self.input),
            "clock_out: name a port of its own, neither the guitar's nor the drums'",
        )
        _check(
            self.click is None or self.click in CLICKS, f"click must be one of {', '.join(CLICKS)}"
        )
        _check(
            self.count is None or FEWEST <= self.count <= MOST,
            f"count must be in {FEWEST}..{MOST}: the last four clicks are the count-in",
        )
        if self.counts:
            _check(self.bpm is not None, "count needs bpm too: how fast to count")
            _check(not self.from_file, "count: the file has the time, so there is none to count")
        _check(self.count_off is None or bool(self.counts), "count_off needs count too: how many")
        _check(self.seed >= 0, "seed must not be negative")
        _check(0 <= self.max_late_ms <= 500, "max_late_ms must be in 0..500")

    @property
    def time(self) -> str:
        """Where the time comes from, in words."""
        if self.counts:
            return f"drumd counts you in at {self.bpm:g} bpm"
        match self.clock:
            case "given":
                return f"{self.bpm:g} bpm, the first note is beat one"
            case "count-in":
                return "four even taps count you in"
            case "link":
                return "the Ableton Link session has the time, as soon as somebody is in it"
            case "free":
                return "your notes have the time" + (f", near {self.bpm:g} bpm" if self.bpm else "")
        if self.bpm is not None:
            return f"{self.bpm:g} bpm, the first note is beat one; a host's MIDI clock goes before"
        if self.from_file:
            return "the file has the time"
        if self.clock == "host":
            return "the host's MIDI clock has the time"
        if self.link:
            return "a host's MIDI clock or Ableton Link has the time, else four taps or your notes"
        return "a host's MIDI clock has the time, else four taps or your notes"

    @property
    def has_page(self) -> bool:
        """Whether a page is served."""
        return self.page or self.page_lan

    @property
    def counts(self) -> int:
        """How many clicks drumd counts in with; 0: it does not."""
        return self.count or (FEWEST if self.click == "count-in" else 0)

    @property
    def from_file(self) -> bool:
        """Whether the guitar is a file."""
        return self.input == "demo" or is_midi_file(self.input)

    @property
    def heard(self) -> dict[str, Any]:
        """How an audio input is heard."""
        return {
            "channel": self.channel,
            "gain_db": self.gain_db,
            "gate_db": self.gate_db,
            "latency_ms": self.input_latency_ms,
        }

    @property
    def links(self) -> bool:
        """Whether the Ableton Link session is joined."""
        return self.link or self.clock == "link"

    @property
    def controls(self) -> dict[Command, Control]:
        """The pedals and keys that say something."""
        given = ((command, getattr(self, command.value)) for command in Command)
        return {command: control for command, control in given if control is not None}

    @property
    def dials(self) -> dict[Dial, Control]:
        """The knobs that set something."""
        given = ((dial, getattr(self, dial.value)) for dial in Dial)
        return {dial: control for dial, control in given if control is not None}

    @property
    def wishes(self) -> Wishes:
        """What the drummer is told from the start."""
        return Wishes(
            self.style, self.density, self.intensity, humanize=self.humanize, feel=self.feel
        )

    @property
    def kit_heard(self) -> str:
        """Which kit sounds: jazz is played with brushes where the style is jazz."""
        return kit_for(self.kit_sound, self.style)

    @property
    def output_file(self) -> Path | None:
        """The MIDI file that the output is, or None for a port."""
        return Path(self.output).expanduser() if is_midi_file(self.output) else None


def kit_for(kit_sound: str, style: Style | None) -> str:
    """The kit that is meant: by the style unless one is told."""
    if kit_sound.lower() != AUTO:
        return kit_sound
    return "jazz" if style is Style.JAZZ else "rock"


def is_speakers(name: str) -> bool:
    """Whether an output of that name sounds: "speakers", or "speakers:" and part of a card's."""
    return name == SPEAKERS or name.startswith(SPEAKERS + ":")


def is_audio_file(name: str) -> bool:
    return name.lower().endswith((".wav", ".flac", ".ogg", ".mp3"))


def is_audio(name: str) -> bool:
    """Whether an input of that name is sound: "audio", "audio:" and part of a name, or a file."""
    return name == AUDIO or name.startswith(AUDIO + ":") or is_audio_file(name)


def is_midi_file(name: str) -> bool:
    return name.lower().endswith((".mid", ".midi"))


def load_settings(file: Path | None, options: Mapping[str, object]) -> Settings:
    """The settings of a file and of the command line's options (None: not given)."""
    given = {name: value for name, value in options.items() if value is not None}
    if file is None:
        return replace(Settings(), **_parsed(given))  # type: ignore[arg-type]
    try:
        return replace(Settings(), **_parsed(_read(file) | given))  # type: ignore[arg-type]
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from error


def user_file() -> Path:
    """Where the user's own settings are, if there are any."""
    return platformdirs.user_config_path("drumd") / "drumd.toml"


def origin_of(file: Path | None) -> set[str]:
    """Which fields a file of settings tells."""
    return {FIELD_OF.get(key, key) for key in (_read(file) if file else {})}


def commented() -> str:
    """A file of every setting, each commented out at its default."""
    lines = ["# Settings of `drumd listen`: take away a # and change what follows.", ""]
    for field in fields(Settings):
        key, default = KEY_OF.get(field.name, field.name), field.default
        value = EXAMPLES.get(key, "...") if default is None else _toml(default)
        lines.append(f"# {key} = {value}")
    return "\n".join(lines) + "\n"


def changed(text: str, numbers: Mapping[str, float]) -> str:
    """A file of settings with these in it: in the place of their lines, commented out or not, else
    after all others. A ValueError says that the file is not that simple."""
    for key, number in numbers.items():
        line = f"{key} = {number}"
        for begins in (rf"{key}\s*=", rf"#\s*{key}\s*="):
            text, found = re.subn(rf"(?m)^[ \t]*{begins}.*$", line, text, count=1)
            if found:
                break
        else:
            text = f"{text.rstrip()}\n{line}\n".lstrip()
    told = tomllib.loads(text)
    if any(told.get(key) != number for key, number in numbers.items()):
        raise ValueError("it holds more than lines of settings")
    return text


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _read(file: Path) -> dict[str, object]:
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"cannot be read: {error}") from error


def _parsed(given: Mapping[str, object]) -> dict[str, object]:
    """Values by field, each made what the field holds."""
    parsed = {}
    for key, value in given.items():
        field = FIELD_OF.get(key, key)
        if field not in _PARSE or key in KEY_OF:
            raise SettingsError(f"there is no setting {key!r}; there are {', '.join(_keys())}")
        try:
            parsed[field] = _PARSE[field](value)
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{key} = {value!r}: {error}") from error
    return parsed


def _keys() -> list[str]:
    return [KEY_OF.get(field.name, field.name) for field in fields(Settings)]


def playable_metre(metre: Metre) -> bool:
    """Whether the drummer's grid can hold a bar of that metre."""
    return 1.5 <= metre.beats <= 6 and metre.beats % 0.5 == 0


def parse_metre(value: object) -> Metre:
    """A metre from text such as 3/4."""
    if isinstance(value, Metre):
        return value
    numerator, slash, denominator = str(value).partition("/")
    if not (slash and numerator.isdecimal() and denominator.isdecimal()):
        raise ValueError("a metre is written like 4/4")
    return Metre(int(numerator), int(denominator))


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


def _check(fine: bool, otherwise: str) -> None:
    if not fine:
        raise SettingsError(otherwise)


_PARSE: dict[str, Callable[[object], object]] = {
    "input": _text,
    "output": _text,
    "api": _text,
    "clock": _text,
    "link": _flag,
    "bpm": _number,
    "metre": parse_metre,
    "model": _path,
    "seed": _whole,
    "temperature": _number,
    "style": _style,
    "feel": _feel,
    "density": _number,
    "intensity": _number,
    "humanize": _number,
    "groove": _path,
    "song": _path,
    "record": _path,
    "kit": _text,
    "sound": _flag,
    "kit_sound": _text,
    "keep_in": _path,
    "force": _flag,
    "page": _flag,
    "page_lan": _flag,
    "page_port": _whole,
    "clock_out": _text,
    "link_lead": _flag,
    "click": _text,
    "count": _whole,
    "latency_ms": _number,
    "input_latency_ms": _number,
    "channel": _whole,
    "gain_db": _number,
    "gate_db": _number,
    "max_late_ms": _number,
    "stops": _flag,
    "parts_at": _text,
    **{command.value: _control for command in Command},
    **{dial.value: _dial for dial in Dial},
    Dial.STYLE.value: _choosing_dial,
    Dial.PART.value: _choosing_dial,
    Dial.SONG.value: _choosing_dial,
}
