"""Musical values that every part of drumd speaks: notes, hits, patterns, metres, requests.

A *beat* is a quarter note everywhere, whatever the metre. All values are immutable and checked
when they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.music.kit import PITCH_OF, VOICE_OF, Voice
from engine.music.wishes import FREE, Wishes

SIXTEENTH = 0.25
HISTORY_BARS = 8  # of its own that the drummer is reminded of
WINDOW_NOTES = 150  # so many of the guitar's last notes are heard
DRUM_ROWS = tuple(Voice)


def _check_midi(name: str, value: int, low: int = 0) -> None:
    if not low <= value <= 127:
        raise ValueError(f"{name} must be in {low}..127, not {value}")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note of the guitar: onset and duration in beats from the start of the song."""

    onset: float
    duration: float
    pitch: int
    velocity: int = 100

    def __post_init__(self) -> None:
        _check_midi("pitch", self.pitch)
        _check_midi("velocity", self.velocity, 1)
        if self.duration < 0:
            raise ValueError(f"duration must not be negative, not {self.duration}")

    @property
    def end(self) -> float:
        return self.onset + self.duration


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One stroke on one drum, in beats from the start of its pattern, micro-timing included."""

    beat: float
    drum: int  # MIDI note number
    velocity: int = 100

    def __post_init__(self) -> None:
        _check_midi("drum", self.drum)
        _check_midi("velocity", self.velocity, 1)

    @property
    def voice(self) -> Voice | None:
        return VOICE_OF.get(self.drum)


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature."""

    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        if self.numerator < 1 or self.denominator not in (1, 2, 4, 8, 16, 32, 64):
            raise ValueError(f"no such metre: {self.numerator}/{self.denominator}")

    @classmethod
    def parse(cls, text: str) -> Metre:
        """A metre from text such as 3/4."""
        numerator, slash, denominator = text.strip().partition("/")
        if not (slash and numerator.isdecimal() and denominator.isdecimal()):
            raise ValueError("a metre is written like 4/4")
        return cls(int(numerator), int(denominator))

    @property
    def beats(self) -> float:
        """The length of a bar in quarter notes."""
        return self.numerator * 4 / self.denominator

    @property
    def pulse(self) -> float:
        """What a foot taps, in quarter notes: dotted quarters in 6/8, 9/8 and 12/8."""
        if self.denominator == 8 and self.numerator > 3 and self.numerator % 3 == 0:
            return 1.5
        return 1.0 if self.beats.is_integer() else 4 / self.denominator

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


COMMON_TIME = Metre()


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hits in order of time over a length in beats; what the drummer plays in one or more bars.

    A hit may lie up to a sixteenth before 0: a drummer who leans forward over the bar line.
    """

    hits: tuple[Hit, ...] = ()
    beats: float = 4.0

    @classmethod
    def of(cls, hits: Iterable[Hit], beats: float) -> Pattern:
        return cls(tuple(sorted(hits)), beats)

    @classmethod
    def from_grid(
        cls, rows: Mapping[Voice, str], *, step: float = SIXTEENTH, beats: float = 4.0
    ) -> Pattern:
        """A pattern from rows of text: `x` stroke, `X` accent, `o` ghost note, `.` rest."""
        strength = {"x": 90, "X": 115, "o": 40}
        hits = (
            Hit(column * step, PITCH_OF[voice], strength[mark])
            for voice, row in rows.items()
            for column, mark in enumerate(row)
            if mark in strength
        )
        return cls.of(hits, beats)

    def to_rows(self, *, step: float = SIXTEENTH) -> str:
        """The pattern as rows of text, one a voice that plays, for people to read."""
        columns = max(1, round(self.beats / step))
        lines = []
        for voice in DRUM_ROWS:
            row = ["."] * columns
            for hit in self.hits:
                if hit.voice is voice:
                    column = min(columns - 1, max(0, round(hit.beat / step)))
                    row[column] = "X" if hit.velocity > 105 else "o" if hit.velocity < 60 else "x"
            if set(row) != {"."}:
                lines.append(f"{voice.name.lower():>10} {''.join(row)}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class KeptGroove:
    """What the player has kept for a part of the song: the groove of some bars, and its name."""

    part: str
    groove: Pattern
    name: str


@dataclass(frozen=True, slots=True)
class InPart:
    """Where a bar lies in its part of the song, as the drummer hears it."""

    bars: int = 0  # of the part before it
    leads_on: bool = False  # another part seems to come: the bar is a fill that announces it
    turned: bool = False  # its riff has just turned out to be another part's


SOMEWHERE = InPart()


@dataclass(frozen=True, slots=True)
class Idea:
    """One of the grooves that a drummer offers: its name, and its first bar."""

    name: str
    bar: Pattern


@dataclass(frozen=True, slots=True)
class Request:
    """What the drummer is asked: the drums of `bars` bars from beat `start` on.

    `notes` are the guitar's last notes in beats of the song (at most `WINDOW_NOTES` count),
    `heard_until` the beat up to which the guitar is known: at or before `start` when playing live
    (*anticipate*), the end of the bars when writing for a file (*accompany*). `history` holds the
    drums of the bars just before `start`, oldest first.
    """

    bar: int
    start: float
    notes: tuple[Note, ...]
    heard_until: float
    metre: Metre = COMMON_TIME
    bpm: float = 120.0
    bars: int = 1
    history: tuple[Pattern, ...] = ()
    temperature: float | None = None  # None: the bundle's own
    wishes: Wishes = FREE
    takes: int | None = None  # tried for the answer; None: the bundle's own number
    seed: int | None = None  # of this bar's dice; None: the drummer's own
    song: int = 0  # bars of one song are chosen grooves for together
    since: int | None = None  # bars since the drums came in
    left: int | None = None  # bars that follow to the end of the song; None: nobody knows
    groove: Pattern | None = None  # what the bars are to keep to; None: as the drummer finds
    loosely: bool = False  # the groove is of the drummer's choice, not the player's
    idea: int = 0  # which of the drummer's ideas, 0 the first
    part: str = ""  # of the song, if the player says so; empty: as the riffs have it
    called: str = ""  # what the player calls the part that plays up to here
    kept: tuple[KeptGroove, ...] = ()
