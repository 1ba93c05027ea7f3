"""The settings of `drumd listen`: each has its default here, and only here.

The command line goes over the file, the file over the defaults: see `drumd.settings_file`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drumd.controls import Command, Control, Dial
from drumd.errors import SettingsError
from engine.music.bars import PLAYABLE, playable
from engine.music.kit_map import STANDARD
from engine.music.notes import Metre
from engine.music.wishes import Feel, Style, Wishes

CLOCKS = ("auto", "host", "link", "count-in", "free", "given")
FEWEST, MOST = 4, 16  # clicks of a count-in
AUTO = "auto"
KIT_PROGRAMS = {"rock": 0, "jazz": 40}  # drumd's own kits, as General MIDI 2 numbers their like
KIT_SOUNDS = tuple(KIT_PROGRAMS)
SPEAKERS = "speakers"
AUDIO = "audio"  # and an input that is heard by ear
LATEST_MS = 100  # that is taken off, on the way out and on the way in
CHOICES = {"clock": CLOCKS, "parts_at": ("bar", "phrase"), "click": ("all", "count-in")}
RANGES: dict[str, tuple[int, int]] = {
    "bpm": (20, 400),
    "temperature": (0, 5),
    "density": (0, 1),
    "intensity": (0, 1),
    "humanize": (0, 1),
    "page_port": (0, 65535),
    "latency_ms": (-LATEST_MS, LATEST_MS),
    "input_latency_ms": (0, LATEST_MS),
    "channel": (1, 64),
    "gain_db": (-60, 60),
    "gate_db": (-120, 0),
    "max_late_ms": (0, 500),
}


@dataclass(frozen=True, slots=True)
class Hearing:
    """How an audio input is heard."""

    channel: int | None = None  # from 1; None: all of them, mixed
    gain_db: float = 0.0
    gate_db: float | None = None  # against full scale; what is softer is no stroke
    latency_ms: float = 0.0  # so late it is; a file is never late
    open_mic: bool = False  # whether a microphone hears our drums too


AS_IT_COMES = Hearing()


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
    input_latency_ms: float = 0.0  # of an audio input, as the next four: see `Hearing`
    channel: int | None = None
    gain_db: float = 0.0
    gate_db: float | None = None
    open_mic: bool = False
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
    metre_dial: Control | None = None
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
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            _check(value is None or value in choices, f"{name} must be one of {', '.join(choices)}")
        for name, (least, most) in RANGES.items():
            value = getattr(self, name)
            _check(value is None or least <= value <= most, f"{name} must be in {least}..{most}")
        _check(self.seed >= 0, "seed must not be negative")
        _check(self.metre is None or playable(self.metre), f"metre: {PLAYABLE}")
        self._check_time()
        _check(
            self.clock_out is None or self.clock_out not in ("", self.output, self.input),
            "clock_out: name a port of its own, neither the guitar's nor the drums'",
        )

    def _check_time(self) -> None:
        """What tells the time does not contradict itself."""
        _check(
            self.bpm is None or self.clock not in ("host", "link", "count-in"),
            f"bpm and clock = {self.clock} exclude each other",
        )
        _check(self.bpm is not None or self.clock != "given", "clock = given needs bpm too")
        _check(
            not self.link or self.clock in ("auto", "link"),
            f"link and clock = {self.clock} exclude each other",
        )
        _check(
            not (self.link_lead and self.links),
            "link_lead and link exclude each other: a session is followed or led",
        )
        _check(
            self.count is None or FEWEST <= self.count <= MOST,
            f"count must be in {FEWEST}..{MOST}: the last four clicks are the count-in",
        )
        if self.counts:
            _check(self.bpm is not None, "count needs bpm too: how fast to count")
            _check(not self.from_file, "count: the file has the time, so there is none to count")
        _check(self.count_off is None or bool(self.counts), "count_off needs count too: how many")

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
    def hearing(self) -> Hearing:
        latency_ms, open_mic = self.input_latency_ms, self.open_mic
        return Hearing(self.channel, self.gain_db, self.gate_db, latency_ms, open_mic)

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


def _check(fine: bool, otherwise: str) -> None:
    if not fine:
        raise SettingsError(otherwise)
