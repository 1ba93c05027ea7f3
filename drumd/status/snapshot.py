"""What goes on, for people and for programs: a snapshot, its lines, and the closing summary.

Everything here runs on the main thread, a few times a second at most.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from itertools import islice
from math import ceil
from pathlib import Path

from drumd.status.phase import BarCounts, Phase
from engine.music.notes import Metre, Pattern

REMEMBERED = 20_000  # hits whose lateness is kept, some 40 minutes of drums
SEARCHING = "listening for the beat"
SURE = 0.5  # confidence
STOPPED = "stopped with you, hitting when you hit"
METER, METER_DB = 20, 60.0  # characters of a meter, and the dB that it shows
RECENT = 500  # of them, those that a snapshot tells of: sorting more would hold up the scheduler


@dataclass(frozen=True, slots=True)
class Spread:
    """How a measure is spread, in milliseconds."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p99:.2f} / {self.max:.2f} ms"


class Gauge:
    """Collects a measure in seconds and tells how it is spread."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=REMEMBERED)
        self._max = 0.0

    def add(self, seconds: float) -> None:
        self._last.append(seconds)
        self._max = max(self._max, seconds)

    def spread(self, last: int = REMEMBERED) -> Spread:
        """Over so many values at most, the latest; the maximum is that of all."""
        ordered = sorted(islice(reversed(self._last), last))
        if not ordered:
            return Spread()
        p50, p95, p99 = (_rank(ordered, share) * 1e3 for share in (0.5, 0.95, 0.99))
        return Spread(p50, p95, p99, self._max * 1e3)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The jam at one moment. `bar` and `beat` count from 1, as musicians do."""

    phase: Phase
    source: str
    searching: bool  # the player is heard, but not for sure where the beat is
    confidence: float  # that the next beats are right, 0..1
    bpm: float | None
    metre: Metre
    bar: int | None
    beat: int | None
    notes: int
    pattern: Pattern | None
    drummer_ready: bool
    hits: int
    late: int
    bars: BarCounts
    dropped: int
    lateness: Spread
    away: tuple[str, ...] = ()  # the ports that are waited for
    garbled: int = 0  # messages that came in and were no MIDI
    refused: int = 0  # messages that the output port had no room for
    dials: str = ""  # what the player has set, in words
    trouble: str = ""  # what is wrong with the time or the groove that is told, in one sentence
    groove: str = ""  # what the drummer says that it plays
    part: str = ""  # of the song, that plays
    kept: tuple[str, ...] = ()  # the parts that the player has kept
    coming: str = ""  # the part to come, and at which bar
    stopped: bool = False  # with the player, who has stopped dead
    song: str = ""  # of the song file, and where it is
    notice: str = ""  # what the player's last press did, and when it counts
    level_db: float | None = None  # of an audio input, against full scale
    clips: bool = False  # the input was cut off of late: it is too loud

    def line(self) -> str:
        """The snapshot in one line."""
        place = f"bar {self.bar}" if self.bar is not None else "no time yet"
        tempo = f"{self.bpm:.1f} bpm ({self.source})" if self.bpm else "tempo unknown"
        faults = f", {self.late} late" if self.late else ""
        faults += f", {self.bars.repeated} bars repeated" if self.bars.repeated else ""
        faults += f", {self.dropped} messages dropped" if self.dropped else ""
        faults += self._port_faults() + (", the input clips" if self.clips else "")
        faults += "".join(f", waiting for port {name}" for name in self.away)
        doing = self.doing + (f", {self.groove}" if self.groove else "")
        doing += "".join(f", {words}" for words in (self.song, self.coming) if words)
        dials = f" [{self.dials}]" if self.dials else ""
        return (
            f"{place:<8} {tempo:<18} {self.notes:>3} notes heard, {self.hits:>4} hits, "
            f"lateness {self.lateness.max:.2f} ms{faults}; {doing}{dials} {self._drums()}"
        )

    def _port_faults(self) -> str:
        """What the ports could not read or send, if there was any."""
        garbled = f", {self.garbled} garbled" if self.garbled else ""
        return garbled + (f", {self.refused} refused by the port" if self.refused else "")

    @property
    def unsure(self) -> bool:
        """Whether the player had better say where the beat is."""
        return self.searching or (self.phase is not Phase.STOPPED and self.confidence < SURE)

    @property
    def doing(self) -> str:
        """What the drummer is doing, in words for the player."""
        if self.stopped and self.phase is Phase.PLAYING:
            return STOPPED
        return SEARCHING if self.searching and self.phase is Phase.STOPPED else self.phase.value

    def _drums(self) -> str:
        """What the drummer plays: how often each drum is struck in the bar."""
        hits = self.pattern.hits if self.pattern else ()
        strokes = Counter(hit.voice for hit in hits if hit.voice is not None)
        return ", ".join(f"{voice.name.lower()} {strokes[voice]}" for voice in sorted(strokes))

    def _parts(self) -> str:
        """The parts that are kept, and the one to come."""
        kept = " ".join(f"[{name}]" if name == self.part else name for name in sorted(self.kept))
        return f"   parts   {kept or '-'}" + (f"  next: {self.coming}" if self.coming else "")

    def _level(self) -> str:
        """The audio input as a meter."""
        share = self.level_share or 0.0
        bar = "#" * round(share * METER)
        clips = "  clips: turn it down" if self.clips else ""
        return f"   input   [{bar:<{METER}}] {self.level_db:5.1f} dB{clips}"

    @property
    def level_share(self) -> float | None:
        """How far a meter of the audio input goes, 0..1; None where there is no such input."""
        return None if self.level_db is None else max(0.0, 1 + self.level_db / METER_DB)

    def screen(self) -> str:
        """The snapshot as a screen of a few lines, with what the drummer plays as rows."""
        place = "-" if self.bar is None else f"{self.bar}.{self.beat}"
        tempo = f"{self.bpm:.1f} bpm" if self.bpm else "-"
        asks = "; say where one is" if self.unsure else ""
        sure = f" ({self.confidence:.0%} sure{asks})" if self.confidence < 1 else ""
        drums = self.pattern.to_rows() if self.pattern else ""
        waiting = "" if self.drummer_ready else "  (the drummer is being started again)"
        waiting += "".join(f"  (waiting for port {name})" for name in self.away)
        return "\n".join(
            (
                f"   tempo   {tempo:<12} {self.metre}   clock: {self.source}{sure}",
                f"     bar   {place:<12} window: {self.notes} notes",
                f"   drums   {self.doing}{waiting}",
                *([self._level()] if self.level_db is not None else []),
                *([f"  groove   {self.groove}"] if self.groove else []),
                *([f"    song   {self.song}"] if self.song else []),
                *([self._parts()] if self.kept or self.coming else []),
                f"     set   {self.dials or 'nothing: all is left to the drummer'}",
                *([f"pressed   {self.notice}"] if self.notice else []),
                f"    hits   {self.hits} sent, {self.late} late, "
                f"{self.bars.repeated} bars repeated, {self.dropped} messages dropped"
                f"{self._port_faults()}",
                *([f"    note   {self.trouble}"] if self.trouble else []),
                f"lateness   {self.lateness}  (p50 / p99 / max)",
                "",
                drums,
            )
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """How the session went."""

    reason: str
    input: str
    output: str
    seconds: float
    ready_after_s: float
    messages: int
    dropped: int
    hits: int
    late: int
    bars: BarCounts
    restarts: int
    lateness_ms: Spread
    answer_ms: Spread
    realtime: bool  # whether the system gave the scheduler its priority
    files: tuple[Path, ...]
    unheard: int = 0  # hits that came while the output port was away
    garbled: int = 0  # messages that came in and were no MIDI
    refused: int = 0  # messages that the output port had no room for
    parts: str = ""  # of the song, as they were played: A, B, A
    grooves: tuple[str, ...] = ()  # what the drummer said that it played, each once

    def text(self) -> str:
        """The summary in plain words."""
        lines = [
            f"{self.reason} after {self.seconds:.0f} s",
            f"{self.bars.played} bars played, {self.bars.repeated} of them repeated; "
            f"{self.hits} hits, {self.late} dropped as late",
            f"lateness of the hits {self.lateness_ms} (p50 / p99 / max)",
            *(f"played {groove}" for groove in self.grooves),
        ]
        if self.parts:
            lines.append(f"parts {self.parts}")
        if self.dropped:
            lines.append(f"{self.dropped} of {self.messages} messages dropped: too many at once")
        if self.garbled:
            lines.append(f"{self.garbled} messages that came in were no MIDI")
        if self.refused:
            lines.append(f"{self.refused} messages were refused by the output port")
        if self.unheard:
            lines.append(f"{self.unheard} hits found no port: it was away")
        if self.restarts:
            lines.append(f"the drummer's process was started again {self.restarts} times")
        return "\n".join((*lines, *(f"recorded: {file}" for file in self.files)))

    def as_dict(self) -> dict[str, object]:
        """The summary for a JSON document."""
        return asdict(self) | {"files": [str(file) for file in self.files]}


def _rank(ordered: list[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
