"""How well drumd hears: strokes, notes and beats in recordings, beside the truth about them.

`--data` names a folder with `audio.json` (recordings with their beats) and `bench.json` (what was
played in them). Where a take has notes that people annotated, those are the truth; for the others
only what a transcription network heard, in which notes are missing: those rows say so, and their
precision is too low. Strokes that begin within 50 ms are one. *Amp* is the same recording through
`through_amp`. Beats are found by the tracker that drumd has, told each stroke with its notes, as
late as it is live.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from mir_eval import onset, transcription
from numpy.typing import NDArray

from drumd.ears.ears_input import EarsInput
from drumd.ears.listening import Ears
from drumd.ears.sources.base import Block
from drumd.ears.sources.file import Recording
from drumd.sound.strings.cabinet import Cabinet
from drumd.sound.strings.plucks import DRIVEN
from drumd.timing.clock import MonotonicClock
from drumd.timing.sources.player import LATE_BY_EAR_S
from engine.beats.tracker import BeatTracker
from engine.hearing.notes import NoteBegins, NoteEnds, NoteEvent, NoteFinder
from engine.hearing.onsets import OnsetDetector, Stroke
from engine.hearing.pitches import (
    FRAME_S,
    FRAMES,
    LOWEST,
    PITCHES,
    RATE,
    WINDOW,
    PitchNetwork,
)
from engine.hearing.resampling import Resampler
from engine.hearing.transcribe import transcribe, with_slurs
from tests.benches.beats.score import score
from tests.benches.figures import Figure, Options, skipped
from tests.support.jack.audio import playing
from tests.support.jack.harness import JackGuitarist, jack_server, note_on_times
from tests.support.plucked import muted, plucked

BLOCK = 256
SECOND = 48_000
STRUM_S, NEAR_S = 0.05, 0.05
HEARD = "_heard"  # of a record: by a network
HINTS = (1.08, 1 / 1.08)
LOOK_S = 0.06  # taken for what a look of the network takes, and the way to the clock
AFTER_S = 0.5
GOALS = {("solo", ""): 0.90, ("comp", ""): 0.88, ("solo", "amp"): 0.85, ("comp", "amp"): 0.82}
BEAT_GOALS = {"count-in": 0.95, "hint": 0.88, "free": 0.75}
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Take:
    """A recording and the truth about it; times in seconds of the recording."""

    name: str
    kind: str  # solo, comp
    samples: Array
    rate: int
    strokes: NDArray[np.float64]
    beats: NDArray[np.float64]
    ones: NDArray[np.float64]
    notes: list[list[float]] | None  # time, pitch, velocity, duration; None: not annotated


def run(options: Options) -> Iterator[Figure]:
    if options.long:
        yield hours(3)
    found = options.data and (options.data / "audio.json")
    if not found or not found.is_file():
        yield skipped("ears", "--data FOLDER with audio.json, recordings and bench.json")
        return
    takes = list(read_takes(found.parent))
    for way in ("", "amp"):
        for take in takes:
            yield from strokes_of(take, way)
    yield from notes_of(next(take for take in takes if take.notes))
    played = [notes_in_time(take) for take in takes]
    for mode in BEAT_GOALS:
        yield beats_of(takes, played, mode)
    yield memory(found.parent)
    for take in takes:
        yield on_jack(take)


def read_takes(folder: Path) -> Iterator[Take]:
    records = {one["name"]: one for one in json.loads((folder / "bench.json").read_text())}
    for entry in json.loads((folder / "audio.json").read_text()):
        record = records.get(entry["name"].removesuffix("_mic") + HEARD)
        if not entry["file"].endswith(".wav") or not (record or entry["notes_json"]):
            continue
        recording = Recording(folder / entry["file"])
        notes, beats = None, np.array(entry["beats"])
        if entry["notes_json"]:
            notes = json.loads((folder / entry["notes_json"]).read_text())["onsets"]
            times = [one[0] for one in notes]
        else:
            shift = record["beats"][0] - beats[0]
            times = [one[0] - shift for one in record["onsets"]]
        samples = np.concatenate(list(recording))
        yield Take(
            entry["name"].removesuffix("_mic") + ("" if notes else " (truth heard)"),
            entry["split"],
            samples,
            recording.rate,
            merged(times),
            beats,
            np.array(entry["downbeats"]),
            notes,
        )


def merged(times: Sequence[float]) -> NDArray[np.float64]:
    """The first onset of each stroke."""
    kept: list[float] = []
    for moment in sorted(times):
        if not kept or moment - kept[-1] > STRUM_S:
            kept.append(moment)
    return np.array(kept)


def through_amp(samples: Array, rate: int) -> Array:
    """A driven valve, a loudspeaker in its box, hum and hiss."""
    loud = samples / max(1e-9, float(np.quantile(np.abs(samples), 0.999)))
    driven = np.tanh(12 * loud + 0.25) - np.tanh(0.25)
    played = Cabinet(DRIVEN.response, 0.0, 0.1, rate)(driven.astype(np.float32))[:, 0]
    hum = 2 * np.pi * 50 * np.arange(len(played)) / rate
    hiss = np.random.default_rng(1).standard_normal(len(played))
    out = played / np.abs(played).max() + 0.004 * (np.sin(hum) + np.sin(3 * hum) / 2) + 1e-3 * hiss
    return np.asarray(0.7 * out, np.float32)


def heard(samples: Array, rate: int) -> tuple[list[Stroke], NDArray[np.float64]]:
    """The strokes, and when each was known."""
    detector, strokes, known = OnsetDetector(rate), list[Stroke](), list[float]()
    for begin in range(0, len(samples), BLOCK):
        for stroke in detector.hear(samples[begin : begin + BLOCK]):
            strokes.append(stroke)
            known.append((begin + BLOCK) / rate)
    return strokes, np.array(known)


def as_heard(
    samples: Array, rate: int
) -> Iterator[tuple[float, list[Stroke], Sequence[NoteEvent]]]:
    """Block by block: until when it was heard, and the strokes and notes that are known then."""
    detector, finder, resampler = OnsetDetector(rate), NoteFinder(), Resampler(rate, RATE)
    for begin in range(0, len(samples), BLOCK):
        block = samples[begin : begin + BLOCK]
        finder.hear(resampler.hear(block))
        strokes = detector.hear(block)
        for stroke in strokes:
            finder.strike(stroke)
        yield (begin + BLOCK) / rate, strokes, finder.look() if finder.due else ()


def slurs_heard(samples: Array, rate: int) -> tuple[list[NoteEvent], NDArray[np.float64]]:
    """The slurs, and how late each was known."""
    slurs, late = list[NoteEvent](), list[float]()
    for now, _, events in as_heard(samples, rate):
        for event in events:
            if isinstance(event, NoteBegins) and event.slurred:
                slurs.append(event)
                late.append(now - event.time)
    return slurs, np.array(late)


def strokes_of(take: Take, way: str) -> Iterator[Figure]:
    samples = through_amp(take.samples, take.rate) if way else take.samples
    strokes, known = heard(samples, take.rate)
    slurs, slurs_late = slurs_heard(samples, take.rate)
    every = np.array([one.time for one in with_slurs(strokes, slurs)])
    times = np.array([one.time for one in strokes])
    name = f"{take.name}{', amp' if way else ''}"
    f, precision, recall = onset.f_measure(take.strokes, every, NEAR_S)
    goal = GOALS[take.kind, way]
    yield Figure(f"{name}: with slurs, known later, F, {take.kind}", f, goal, more_is_better=True)
    yield Figure(f"{name}: precision / recall", f"{precision:.2f} / {recall:.2f}")
    at_once = onset.f_measure(take.strokes, times, NEAR_S)[0]
    yield Figure(f"{name}: known at once F, {take.kind}", at_once, goal, more_is_better=True)
    if take.notes:
        yield Figure(f"{name}: slurs, from sound to known, p50", _ms(slurs_late), 250.0, "ms")
    nearest = np.abs(take.strokes[:, None] - times).argmin(1)
    off = times[nearest] - take.strokes
    right = np.abs(off) < NEAR_S
    if take.notes:
        yield Figure(f"{name}: stamp off by, p50", _ms(np.abs(off[right])), 5.0, "ms")
        late = known[nearest] - take.strokes
        yield Figure(f"{name}: from sound to known, p50", _ms(late[right]), 30.0, "ms")


def notes_of(take: Take) -> Iterator[Figure]:
    """Notes live and by whole-file Basic Pitch, and what hearing costs."""
    assert take.notes
    began = time.process_time()
    found = transcribe(take.samples, take.rate)
    cost = (time.process_time() - began) / (len(take.samples) / take.rate)
    whole = note_f(take, whole_file(take))
    live = note_f(take, [(one.time, one.pitch, one.duration) for one in found.notes])
    yield Figure(f"{take.name}: notes F, whole-file Basic Pitch", whole)
    yield Figure(f"{take.name}: notes F, live", live, whole, more_is_better=True)
    yield Figure("ears: share of a core", cost * 100, 30.0, "%")


def note_f(take: Take, notes: Sequence[tuple[float, int, float]]) -> float:
    """Onset within 50 ms and pitch right, by mir_eval; ends do not count."""

    def table(rows: Sequence[Any]) -> tuple[Any, Any]:
        spans = np.array([[row[0], row[0] + max(0.02, row[2])] for row in rows])
        return spans, np.array([440 * 2 ** ((row[1] - 69) / 12) for row in rows])

    true = table([(one[0], one[1], one[3]) for one in take.notes or ()])
    result = transcription.precision_recall_f1_overlap(*true, *table(notes), offset_ratio=None)
    return float(result[2])


def whole_file(take: Take) -> list[tuple[float, int, float]]:
    """Basic Pitch over the whole file, windows that overlap by 30 frames, its usual thresholds."""
    samples, network = Resampler(take.rate, RATE).hear(take.samples), PitchNetwork()
    edge, kept = 15, 142
    padded = np.concatenate([np.zeros(edge * 256, np.float32), samples])
    parts, times = [], list[float]()
    for number, begin in enumerate(range(0, len(padded), WINDOW - 2 * edge * 256)):
        window = padded[begin : begin + WINDOW]
        parts.append([part[edge:-edge] for part in network(_filled(window))])
        start = number * (WINDOW - 2 * edge * 256) / RATE
        times += [start + frame * FRAME_S for frame in range(kept)]
    sounds, begins = (np.concatenate(both) for both in zip(*parts, strict=True))
    return list(_decoded(sounds.copy(), begins, times))


def _decoded(
    sounds: Array, begins: Array, times: Sequence[float]
) -> Iterator[tuple[float, int, float]]:
    """Onsets above .5, latest first, each held while it sounds above .3 for 128 ms at least."""
    peaks = (begins[1:-1] > begins[:-2]) & (begins[1:-1] > begins[2:]) & (begins[1:-1] >= 0.5)
    for frame, pitch in sorted(zip(*np.nonzero(peaks), strict=True), reverse=True):
        first = end = int(frame) + 1
        quiet = 0
        while end < len(sounds) - 1 and quiet < 11:
            end += 1
            quiet = quiet + 1 if sounds[end, pitch] < 0.3 else 0
        end -= quiet
        if end - first > 11:
            sounds[first:end, max(0, pitch - 1) : pitch + 2] = 0
            yield times[first], LOWEST + int(pitch), (end - first) * FRAME_S


def _filled(window: Array) -> Array:
    return np.pad(window, (0, WINDOW - len(window)))


def notes_in_time(take: Take) -> list[tuple[float, int, int]]:
    """What the clock is told: time, pitch, velocity of strokes, without what comes too late."""
    struck, told = set[float](), []
    for now, strokes, events in as_heard(take.samples, take.rate):
        struck |= {stroke.time for stroke in strokes}
        latest = now + LOOK_S - LATE_BY_EAR_S
        for event in events:
            late = isinstance(event, NoteEnds) or event.time < latest
            if not late and event.time in struck:
                told.append((event.time, event.pitch, event.velocity))
    return told


def beats_of(
    takes: Sequence[Take], played: Sequence[list[tuple[float, int, int]]], mode: str
) -> Figure:
    """The mean over all recordings; of a hint, over both sides of the true tempo."""
    found = []
    for take, notes in zip(takes, played, strict=True):
        hints = HINTS if mode == "hint" else (None,)
        found.append(float(np.mean([beat_f(take, notes, mode, hint) for hint in hints])))
    each = ", ".join(f"{value:.2f}" for value in found)
    name = f"beat F from audio, {mode} ({each})"
    return Figure(name, float(np.mean(found)), BEAT_GOALS[mode], more_is_better=True)


def beat_f(
    take: Take, notes: Sequence[tuple[float, int, int]], mode: str, hint: float | None
) -> float:
    period = float(np.median(np.diff(take.beats)))
    one = take.ones[take.ones >= take.strokes[0] - period][0]
    taps = [one - k * period for k in (4, 3, 2, 1)] if mode == "count-in" else None
    bpm = 60 / period * hint if hint else None
    tracker, beats = BeatTracker(bpm=bpm, count_in=taps, metre=4, late_s=LATE_BY_EAR_S), []
    for time_s, pitch, velocity in notes:
        if taps and time_s < one - period / 2:
            continue
        tracker.hear(time_s, pitch, velocity)
        beats += tracker.beats(time_s)
    beats += tracker.beats(notes[-1][0] + AFTER_S)
    return score(beats, take.beats, take.ones, float(take.strokes[0])).f


def on_jack(take: Take) -> Figure:
    """The recording after four muted strokes, in real time, into drumd's audio port."""
    period = float(np.median(np.diff(take.beats)))
    one = take.ones[take.ones >= take.strokes[0] - period / 4][0]
    lead = max(0.0, 0.5 + 4 * period - one)
    taps = [one + lead - k * period for k in (4, 3, 2, 1)]
    name = f"{take.name}: on JACK, count-in, drums off the true beats, p50"
    with jack_server(rate=take.rate) as server:
        silent = np.zeros(round(lead * take.rate), np.float32)
        song = np.concatenate([silent, take.samples / np.abs(take.samples).max()])
        song[: round((one + lead - period / 4) * take.rate)] = 0
        song += muted(taps, len(song) / take.rate, take.rate)[: len(song)]
        with playing(server, song) as player, JackGuitarist(server) as drummer:
            command = [sys.executable, "-m", "tests.support.listen", "Pulse", "--in", "audio:riff"]
            command += ["--out", "AI Drums", "--api", "jack", "--json", "--clock", "count-in"]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            try:
                for line in process.stderr or ():
                    if "ready" in line:
                        break
                (drums,) = drummer.ports("AI Drums")
                drummer.connect(out_of=drums)
                drummer.play([])
                player.play_into("drumd-in:riff")
                player.done.wait(len(song) / take.rate + 10)
                strokes = [at for at, _ in note_on_times(drummer.received)]
                began = (player.first_frame - drummer.start_frame) / take.rate + lead
            finally:
                process.kill()
                process.communicate()
    beats = take.beats[take.beats > one + period / 2]
    errors = [np.abs(beats - (at - began)).min() for at in strokes if at - began < beats[-1]]
    return Figure(name, _ms(np.array(errors)), 20.0, "ms")


def hours(count: int) -> Figure:
    """What the ears hold more after so many hours of sound, as fast as it goes; two strokes a
    second, a network that finds nothing, so that it takes minutes."""
    second = plucked([(0.1, 45, 90, 0.3), (0.6, 52, 90, 0.3)], 1.0, SECOND)
    nothing = np.zeros((FRAMES, PITCHES), np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.hearing.notes.PitchNetwork", lambda: lambda _: (nothing, nothing))
        ears = Ears(SECOND, lambda _: None)
        for number in range(count * 3600):
            if number == 60:  # warm by then
                before = psutil.Process().memory_full_info().uss
            for first in range(0, SECOND, SECOND // 6):
                block = second[first : first + SECOND // 6]
                ears.hear(Block(number + first / SECOND, block))
        ears.close()
    more = (psutil.Process().memory_full_info().uss - before) / 2**20
    return Figure(f"ears: memory more after {count} hours of sound", more, 20.0, "MiB")


def memory(folder: Path) -> Figure:
    """What the ears' process holds, by its pages of its own."""
    file = next(iter(sorted(folder.glob("*solo*.wav"))))
    ears = EarsInput(str(file), MonotonicClock())
    give_up = time.monotonic() + 8
    while time.monotonic() < give_up:
        list(ears.poll())
        time.sleep(0.05)
    held = psutil.Process(ears.pid).memory_full_info().uss / 2**20
    ears.close()
    return Figure("ears: memory of their process", held, 120.0, "MiB")


def _ms(seconds: NDArray[np.float64]) -> float:
    return float(np.median(seconds)) * 1e3 if len(seconds) else float("nan")
