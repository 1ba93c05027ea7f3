"""How each voice of a kit sounds, in figures.

python -m tests.benches.bench_sound [KIT] [--soundfont FILE] prints them.

Each piece is struck at velocity 110 (and 35 for how dark a ghost note is). Beside the figures
stand the ranges of real drums as engineers give them. With a soundfont (and fluidsynth) the same
strokes are measured on its recordings, and each of ours is given the name of the recording that
it is most like.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from drumd.sound.kits.build import RATE, build_kit
from drumd.sound.kits.kit import Kit, gain_of
from drumd.sound.kits.pieces import Piece
from drumd.sound.live_drums import LiveDrums
from drumd.sound.orders import ORDER, STRIKE
from drumd.sound.render import render
from drumd.sound.score import score_of
from drumd.timing.clock import ManualClock
from engine.midi.read import parse_song
from tests.benches.figures import Figure, Options, skipped
from tests.support.midi_files import band
from tests.support.sound_measures import Measures, Sound, measure

Range = tuple[float, float]
HARD, GHOST = 110, 35
SOUNDFONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/soundfonts/default.sf2"),
)
APART_S = 6  # between strokes in the soundfont's file

KEY = {
    Piece.KICK: 36, Piece.SNARE: 38, Piece.SIDE_STICK: 37, Piece.CLAP: 39, Piece.CLOSED_HAT: 42,
    Piece.PEDAL_HAT: 44, Piece.OPEN_HAT: 46, Piece.LOW_TOM: 43, Piece.MID_TOM: 47,
    Piece.HIGH_TOM: 50, Piece.CRASH: 49, Piece.RIDE: 51, Piece.RIDE_BELL: 53, Piece.COWBELL: 56,
    Piece.TAMBOURINE: 54, Piece.SHAKER: 70,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Real:
    """What real ones measure: pitch and centroid (Hz), and the time to fall by 20 dB (s)."""

    pitch: Range | None
    centroid: Range
    t20: Range


# Pitches and decays as in tables for mixing engineers (kick 40 to
# 80 Hz, snare 150 to 250 Hz, toms 70 to 250 Hz, hats strongest near 10 kHz); pitches of drums and
# centroids of cymbals also in Fletcher and Rossing, The Physics of Musical Instruments, 18 and 20.
REAL = {
    Piece.KICK: Real((50, 80), (60, 400), (0.06, 0.4)),
    Piece.SNARE: Real((150, 250), (500, 3500), (0.05, 0.25)),
    Piece.SECOND_SNARE: Real(None, (800, 5500), (0.05, 0.35)),
    Piece.SIDE_STICK: Real((300, 1000), (1000, 4500), (0.02, 0.1)),
    Piece.CLAP: Real(None, (1000, 4000), (0.05, 0.2)),
    Piece.CLOSED_HAT: Real(None, (5000, 11_000), (0.05, 0.12)),
    Piece.HALF_OPEN_HAT: Real(None, (5000, 11_000), (0.12, 0.5)),
    Piece.PEDAL_HAT: Real(None, (4000, 10_000), (0.04, 0.12)),
    Piece.OPEN_HAT: Real(None, (5000, 10_000), (0.5, 1.0)),
    Piece.LOW_TOM: Real((70, 110), (80, 500), (0.2, 0.8)),
    Piece.MID_TOM: Real((90, 160), (100, 600), (0.15, 0.7)),
    Piece.HIGH_TOM: Real((120, 250), (120, 700), (0.12, 0.6)),
    Piece.CRASH: Real(None, (3500, 9000), (0.8, 2.5)),
    Piece.RIDE: Real(None, (4000, 9000), (0.4, 2.0)),
    Piece.RIDE_BELL: Real((600, 1100), (3000, 7000), (0.4, 2.0)),
    Piece.COWBELL: Real((450, 900), (700, 3000), (0.06, 0.3)),
    Piece.TAMBOURINE: Real(None, (6000, 12_000), (0.06, 0.3)),
    Piece.SHAKER: Real(None, (6000, 12_000), (0.03, 0.12)),
}


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001
    """The figures of the published table."""
    began = time.process_time()
    kit = build_kit("rock")
    yield Figure("computing a kit", time.process_time() - began, 2.5, "s of CPU")
    yield from _speed(kit)
    for name in ("rock", "jazz"):
        found = strokes(kit if name == "rock" else build_kit(name), HARD)
        outside = sum(len(misses(piece, found[piece])) for piece in found)
        yield Figure(f"{name} kit: measures outside the range of real ones", outside, 0)
    share = told_apart(kit)
    yield Figure("strokes told by those of another variant", share, 0.95, more_is_better=True)
    font = next((path for path in SOUNDFONTS if path.exists()), None)
    if font is None or not shutil.which("fluidsynth"):
        yield skipped("pieces like their recording", "fluidsynth and a soundfont")
        return
    pairs = likest(strokes(kit, HARD), recorded(font, HARD))
    right = sum(piece is other for piece, other in pairs.items()) / len(pairs)
    yield Figure("pieces likest their own recording", right, 0.8, more_is_better=True)


def _speed(kit: Kit) -> Iterator[Figure]:
    """How quickly a song becomes a file, and a block of a live jam is mixed."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        score = score_of(parse_song(band(90)))
        render(score, kit, Path(folder) / "song.wav")
        took = time.process_time() - began
    yield Figure("rendering a song of 3 minutes with guitar and bass", took, 3.0, "s of CPU")
    clock, frames = ManualClock(), RATE // 200
    drums = LiveDrums(kit, clock)
    for number in range(16 * 30):  # sixteen steps a second, up to four strokes each
        for key in (36, 49, 51, 46)[: 1 + number % 4]:
            drums.put(ORDER.pack(STRIKE, 0, number / 16, key, 60 + number % 60))
    times = []
    for _ in range(200 * 30):
        began = time.perf_counter()
        drums.fill(frames)
        times.append((time.perf_counter() - began) * 1e3)
        clock.advance(0.005)
    yield Figure("mixing a block of 5 ms, live, p99", float(np.percentile(times, 99)), 2.0, "ms")


def strokes(kit: Kit, velocity: int) -> dict[Piece, Measures]:
    """Each piece of the kit, measured."""
    return {
        piece: measure(kit.sound(piece, velocity) * gain_of(velocity), kit.rate)
        for piece in kit.pieces
    }


def misses(piece: Piece, found: Measures) -> list[str]:
    """Which measures lie outside the range of real ones."""
    real = REAL[piece]
    pairs = {
        "pitch": (found.pitch_hz, real.pitch),
        "centroid": (found.centroid_hz, real.centroid),
        "t20": (found.t20_s, real.t20),
    }
    return [name for name, (x, r) in pairs.items() if r and not r[0] <= x <= r[1]]


def features(found: Measures) -> NDArray[np.float64]:
    """What a classifier goes by: the spectrum of the first 100 ms and how the sound decays."""
    decays = 2 * np.log2([found.t20_s, max(found.t60_s, 0.05)])
    return np.concatenate([decays, np.maximum(found.bands_db, -36.0) / 6])


def likest(ours: dict[Piece, Measures], theirs: dict[Piece, Measures]) -> dict[Piece, Piece]:
    """For each of our pieces that they have too, the one of theirs that it is nearest to."""
    rows = {piece: features(found) for piece, found in theirs.items()}
    return {
        piece: min(rows, key=lambda o: float(np.linalg.norm(rows[o] - features(ours[piece]))))
        for piece in ours
        if piece in rows
    }


def told_apart(kit: Kit) -> float:
    """How many strokes are told by the nearest stroke of another variant, all layers mixed."""
    known = [(p, features(measure(layer[0], kit.rate))) for p, layer in _layers(kit)]
    right = total = 0
    for piece, layer in _layers(kit):
        row = features(measure(layer[1], kit.rate))
        nearest = min(known, key=lambda entry: float(np.linalg.norm(entry[1] - row)))
        right, total = right + (nearest[0] is piece), total + 1
    return right / total


def _layers(kit: Kit) -> list[tuple[Piece, tuple[Sound, ...]]]:
    return [(piece, layer) for piece, samples in kit.pieces.items() for layer in samples.takes]


def recorded(font: Path, velocity: int) -> dict[Piece, Measures]:
    """The pieces of a General MIDI soundfont, measured."""
    with tempfile.TemporaryDirectory() as folder:
        midi, audio = Path(folder) / "strokes.mid", Path(folder) / "strokes.wav"
        _strokes_file(velocity).save(midi)
        dry = ["-ni", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE)]
        line = ["fluidsynth", *dry, "-F", str(audio), str(font), str(midi)]
        subprocess.run(line, check=True, capture_output=True)
        with wave.open(str(audio)) as file:
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    sound = data.reshape(-1, 2).astype(np.float32) / 32_768
    found = {}
    for index, piece in enumerate(KEY):
        part = sound[index * APART_S * RATE : (index + 1) * APART_S * RATE]
        size = np.abs(part).max(axis=1)
        found[piece] = measure(part[int(np.argmax(size > 0.005 * size.max())) :], RATE)
    return found


def _strokes_file(velocity: int) -> mido.MidiFile:
    song, track = mido.MidiFile(ticks_per_beat=480), mido.MidiTrack()
    apart = APART_S * 960
    for index, key in enumerate(KEY.values()):
        wait = apart - 96 if index else 0
        track.append(mido.Message("note_on", channel=9, note=key, velocity=velocity, time=wait))
        track.append(mido.Message("note_off", channel=9, note=key, time=96))
    track.append(mido.MetaMessage("end_of_track", time=apart))
    song.tracks.append(track)
    return song


def table(kit: Kit, font: Path | None) -> Iterator[str]:
    """The rows of the printed table."""
    hard, ghost = strokes(kit, HARD), strokes(kit, GHOST)
    theirs = recorded(font, HARD) if font else {}
    names = likest(hard, theirs)
    yield (
        f"{'piece':<14} {'pitch':>6} {'centroid':>8} {'(real)':>12} {'ghost':>6} {'T20':>5} "
        f"{'(real)':>10} {'T60':>5} {'peak':>6} {'level':>6}  outside      likest"
    )
    snare = hard[Piece.SNARE].loudness_db
    for piece, found in hard.items():
        real, outside = REAL[piece], ",".join(misses(piece, found))
        like = names[piece].value if piece in names else ""
        low, high = real.centroid
        yield (
            f"{piece.value:<14} {found.pitch_hz:6.0f} {found.centroid_hz:8.0f} "
            f"{f'{low:g}..{high:g}':>12} {ghost[piece].centroid_hz:6.0f} {found.t20_s:5.2f} "
            f"{f'{real.t20[0]:g}..{real.t20[1]:g}':>10} {found.t60_s:5.2f} {found.peak_db:6.1f} "
            f"{found.loudness_db - snare:6.1f}  {outside or '-':<12} {like}"
        )
        if piece in theirs:
            other = theirs[piece]
            yield (
                f"{'  soundfont':<14} {other.pitch_hz:6.0f} {other.centroid_hz:8.0f} {'':>12} "
                f"{'':>6} {other.t20_s:5.2f} {'':>10} {other.t60_s:5.2f} {other.peak_db:6.1f} "
                f"{other.loudness_db - theirs[Piece.SNARE].loudness_db:6.1f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kit", nargs="?", default="rock", choices=("rock", "jazz"))
    parser.add_argument("--soundfont", type=Path, help="recordings to compare with")
    chosen = parser.parse_args()
    for row in table(build_kit(chosen.kit), chosen.soundfont):
        sys.stdout.write(row + "\n")


if __name__ == "__main__":
    main()
