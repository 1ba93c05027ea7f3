"""The live path tried out for a few seconds: a file for a guitar, a file for the drums.

Runs `drumd listen` as a process of its own, so that a crash or a hang of it is only a finding.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import mido

from engine.music.general_midi import DRUM_CHANNEL

LISTEN = (sys.executable, "-m", "drumd", "listen")
BPM, BARS, TICKS_PER_BEAT = 200.0, 5, 480
RIFF = (40, 40, 43, 45, 40, 47, 45, 43)  # one bar of eighths
PATIENCE_S = 60.0


def try_live_path(command: Sequence[str] = LISTEN) -> str:
    """Play a riff to drumd and look at its drums; what went wrong, or empty if nothing did."""
    with TemporaryDirectory(prefix="drumd-") as folder:
        guitar, drums = Path(folder) / "guitar.mid", Path(folder) / "drums.mid"
        write_riff(guitar)
        try:
            done = subprocess.run(
                [*command, "--in", str(guitar), "--out", str(drums)],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"drumd listen did not end within {PATIENCE_S:.0f} seconds"
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["(it said nothing)"]
            return f"drumd listen ended with status {done.returncode}: {lines[-1]}"
        return fault_of(drums)


def write_riff(path: Path) -> None:
    """A guitar that plays eighths for some bars."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Guitar")])
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM)))
    track.append(mido.Message("program_change", program=29))
    eighth = TICKS_PER_BEAT // 2
    for pitch in RIFF * BARS:
        track.append(mido.Message("note_on", note=pitch, velocity=96))
        track.append(mido.Message("note_off", note=pitch, time=eighth))
    song = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    song.tracks.append(track)
    song.save(path)


def fault_of(drums: Path) -> str:
    """What is wrong with a recorded jam; empty if it has drums and every one of them ends."""
    if not drums.exists():
        return "drumd listen left no recording"
    struck, sounding = 0, set[int]()
    for message in mido.merge_tracks(mido.MidiFile(drums).tracks):
        if message.type not in ("note_on", "note_off") or message.channel != DRUM_CHANNEL:
            continue
        if message.type == "note_on" and message.velocity:
            struck += 1
            sounding.add(message.note)
        else:
            sounding.discard(message.note)
    if not struck:
        return "no drums came"
    return f"drums {sorted(sounding)} never end" if sounding else ""
