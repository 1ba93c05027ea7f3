"""Makes a kit of its timbres: `python -m drumd.sound.kits.build [FOLDER]` says what it costs.

With a FOLDER it also leaves there each piece's strokes, soft to hard, as a WAV file.
"""

from __future__ import annotations

import sys
import time
import wave
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drumd.sound.kits.kit import Kit, Samples
from drumd.sound.kits.pieces import Piece
from drumd.sound.kits.tables import KITS
from drumd.sound.synthesis.curves import from_db, to_db
from drumd.sound.synthesis.modes import Audio
from drumd.sound.synthesis.noise import NoiseBank
from drumd.sound.synthesis.timbre import Timbre, strike

RATE = 48_000
ATTACK_S = 0.1


def build_kit(name: str, rate: int = RATE) -> Kit:
    """The kit of that name; the same each time."""
    bank = NoiseBank(rate)
    return Kit(name, rate, {piece: record(piece, t, bank) for piece, t in KITS[name].items()})


def record(piece: Piece, timbre: Timbre, bank: NoiseBank) -> Samples:
    """All strokes of a piece, at the loudness of its hardest ones."""
    rng = np.random.default_rng(zlib.crc32(piece.value.encode()))
    takes = [
        [strike(timbre, layer / (timbre.layers - 1), bank, rng) for _ in range(timbre.variants)]
        for layer in range(timbre.layers)
    ]
    heard = np.array([[loudness_db(take, bank.rate) for take in layer] for layer in takes])
    means = heard.mean(axis=1, keepdims=True)  # the variants of a layer are equally loud
    scales = from_db(timbre.loudness_db - means[-1] + means - heard).astype(np.float32)
    return Samples(
        tuple(
            tuple(scale * take for scale, take in zip(row, layer, strict=True))
            for row, layer in zip(scales, takes, strict=True)
        )
    )


def loudness_db(sound: Audio, rate: int) -> float:
    """The mean power of the first 100 ms, both channels in one, by the A curve of IEC 61672."""
    frames = int(ATTACK_S * rate)
    hz = np.asarray(np.fft.rfftfreq(2 * frames, 1 / rate), np.float64)
    spectrum = np.abs(np.fft.rfft(sound[:frames].mean(axis=1), 2 * frames)) ** 2
    return float(to_db((spectrum * _a_curve(hz) ** 2).sum() / frames**2))


def _a_curve(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    square = hz**2
    low = np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 20.6**2)
    return np.asarray(1.2589 * 12_194**2 * square**2 / (low * (square + 12_194**2)))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for name in KITS:
        began = time.process_time()
        kit = build_kit(name)
        took = time.process_time() - began
        sys.stdout.write(f"{name}: {kit.seconds:.0f} s of sound in {took:.2f} s\n")
        for piece, samples in kit.pieces.items() if folder else ():
            _write_strokes(Path(folder or "") / f"{name} {piece.value}.wav", samples, kit.rate)


def _write_strokes(path: Path, samples: Samples, rate: int) -> None:
    """All strokes of a piece one after another, soft to hard."""
    takes = np.concatenate([take for layer in samples.takes for take in layer])
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(np.clip(takes, -1, 1) * 32_767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
