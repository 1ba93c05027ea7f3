"""What the doctor makes of an audio input: facts of some seconds of it in, findings out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

from drumd.doctor.findings import Finding, State

SILENT_DB, SOFT_DB, HOT_DB = -80.0, -30.0, -1.0  # peaks, against full scale
LEAST_CLIPPED = 3  # times; one or two are a bump against the cable
HUM_DB = -60.0  # against full scale; softer than that it does no harm
SLOWEST = 32_000  # samples a second: below, nothing of a pick's attack is left
LONGEST_BUFFER_S = 0.012
SUBJECT = "audio input"


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """Some seconds of an input, mixed to one channel; amplitudes of full scale."""

    name: str
    rate: int
    buffer_s: float  # of sound in a block
    seconds: float
    peak: float
    clipped: int  # times that it stood at full scale
    mains: int  # 50 or 60 Hz, whichever hums more in the quietest second
    hum: float  # how loud that is there, with its overtones (RMS)
    rest: float  # and all else there


def examine_audio(facts: AudioFacts) -> list[Finding]:
    """Every finding, in the order in which to mend them."""
    return [level(facts), *clipping(facts), *hum(facts), speed(facts)]


def level(facts: AudioFacts) -> Finding:
    peak = decibels(facts.peak)
    if peak < SILENT_DB:
        text = f"{facts.name}: silence"
        advice = (
            "Is the cable in, the guitar's volume up, the right input chosen? `drumd ports` lists"
            " inputs; --channel 2 is the second socket. On macOS and Windows this program needs"
            " leave to use the microphone, on JACK a connection."
        )
        return Finding(SUBJECT, State.BROKEN, text, advice)
    text = f"{facts.name}: loudest at {peak:.0f} dB of full scale"
    if peak < SOFT_DB:
        advice = "Turn the input's gain up until hard strokes reach -12 dB, or use --gain-db 20."
        return Finding(SUBJECT, State.NOTE, f"{text}, which is soft", advice)
    if peak > HOT_DB and facts.clipped < LEAST_CLIPPED:
        advice = "Turn the gain down a little, so that the hardest stroke does not clip."
        return Finding(SUBJECT, State.NOTE, f"{text}, nearly at the top", advice)
    return Finding(SUBJECT, State.GOOD, text)


def clipping(facts: AudioFacts) -> Iterator[Finding]:
    if facts.clipped >= LEAST_CLIPPED:
        yield Finding(
            "clipping",
            State.NOTE,
            f"{facts.clipped} times at full scale in {facts.seconds:.0f} s",
            "Turn the input's gain down: what is cut off sounds like strokes of one loudness.",
        )


def hum(facts: AudioFacts) -> Iterator[Finding]:
    if decibels(facts.hum) > HUM_DB and facts.hum > facts.rest:
        over = decibels(facts.hum) - decibels(facts.rest)
        yield Finding(
            "hum",
            State.NOTE,
            f"{facts.mains} Hz and its overtones at {decibels(facts.hum):.0f} dB,"
            f" {over:.0f} dB over all else while it was quiet",
            "Away from transformers and screens, another cable, laptop off its charger; or keep"
            f" it out with --gate-db {decibels(facts.hum):.0f}.",
        )


def speed(facts: AudioFacts) -> Finding:
    text = f"{facts.rate} samples a second, {facts.buffer_s * 1e3:.1f} ms at a time"
    if facts.rate < SLOWEST:
        advice = "A headset in telephone mode? Use another input, or 44.1 or 48 kHz."
        return Finding("sample rate", State.NOTE, text, advice)
    if facts.buffer_s > LONGEST_BUFFER_S:
        advice = "Strokes are known that much later: make the buffer 256 frames or fewer."
        return Finding("buffer", State.NOTE, text, advice)
    return Finding("buffer", State.GOOD, text)


def decibels(amplitude: float) -> float:
    return 20 * log10(max(amplitude, 1e-9))
