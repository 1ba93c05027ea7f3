"""Facts of an audio input: some seconds of it, measured."""

from __future__ import annotations

from statistics import median

import numpy as np

from drumd.doctor.audio_findings import AudioFacts
from drumd.ears.sources.base import Samples, SoundSource, SourceError

SECONDS = 5.0
PATIENCE_S, TRIES = 0.5, 10
FULL, RUN = 0.99, 3  # so many samples in a row at full scale have been cut off
MAINS, OVERTONES = (50, 60), 10
LOWEST_HZ, HIGHEST_HZ = 20, 10_000


def listen(source: SoundSource) -> AudioFacts:
    """Hear the input for so long, or to its end; a SourceError if nothing comes."""
    parts, tries, left = list[Samples](), TRIES, round(SECONDS * source.rate)
    while left > 0 and tries:
        try:
            block = source.read(PATIENCE_S)
        except EOFError:
            break
        if block is None:
            tries -= 1
            if why := source.lost():
                raise SourceError(why)
            continue
        parts.append(block.samples)
        left -= len(block.samples)
    if not parts:
        raise SourceError(f"nothing comes from {source.name!r}: is it on, is it connected?")
    buffer_s = median(map(len, parts)) / source.rate
    return facts_of(source.name, np.concatenate(parts), source.rate, buffer_s)


def facts_of(name: str, samples: Samples, rate: int, buffer_s: float) -> AudioFacts:
    """What is to be said of samples, (samples,)."""
    seconds = [samples[k : k + rate] for k in range(0, max(1, len(samples) - rate + 1), rate // 4)]
    quietest = min(seconds, key=lambda part: float(np.square(part).mean()))
    hums = {mains: hum_and_rest(quietest, rate, mains) for mains in MAINS}
    mains = max(hums, key=lambda one: hums[one][0])
    return AudioFacts(
        name=name,
        rate=rate,
        buffer_s=buffer_s,
        seconds=len(samples) / rate,
        peak=float(np.abs(samples).max()),
        clipped=clipped(samples),
        mains=mains,
        hum=hums[mains][0],
        rest=hums[mains][1],
    )


def clipped(samples: Samples) -> int:
    """How often some samples in a row are at full scale."""
    at_top = np.abs(samples) >= FULL
    if len(at_top) < RUN:
        return 0
    runs = np.lib.stride_tricks.sliding_window_view(at_top, RUN).all(1).astype(np.int8)
    return int(np.count_nonzero(np.diff(runs, prepend=0) > 0))


def hum_and_rest(samples: Samples, rate: int, mains: int) -> tuple[float, float]:
    """The RMS of the mains' frequency with its overtones, and of all else that is heard."""
    window = np.hanning(len(samples))
    power = np.square(np.abs(np.fft.rfft(samples * window))) / np.square(window).sum()
    power *= 2 / len(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    heard = (hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ)
    overtone = np.round(hz / mains)
    near = np.abs(hz - overtone * mains) <= 2  # the window spreads a line over so much
    lines = near & (overtone >= 1) & (overtone <= OVERTONES)
    parts = (power[heard & lines].sum(), power[heard & ~lines].sum())
    return float(np.sqrt(parts[0])), float(np.sqrt(parts[1]))
