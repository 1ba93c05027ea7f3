"""The drums of a soundfont, struck once each by fluidsynth and kept as samples."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import numpy as np

from drumd.sound.errors import SoundError
from drumd.sound.kits.pieces import GM_KEYS_OF
from drumd.sound.kits.sample_files import read_sound
from drumd.sound.kits.strokes import Stroke
from drumd.sound.synthesis.modes import Audio
from engine.music.general_midi import DRUM_CHANNEL

VELOCITIES = (31, 63, 95, 127)  # a layer each
APART_S = 5.0  # from one stroke to the next
PATIENCE_S = 120.0
LONG = 960  # ticks a second


def render_strokes(path: Path, rate: int) -> list[Stroke]:
    """Every piece at every velocity, as fluidsynth plays them."""
    if shutil.which("fluidsynth") is None:
        raise SoundError("a soundfont needs fluidsynth: install it (apt-get install fluidsynth)")
    return [stroke for velocity in VELOCITIES for stroke in _layer(path, rate, velocity)]


def _layer(path: Path, rate: int, velocity: int) -> list[Stroke]:
    with TemporaryDirectory() as folder:
        song, target = Path(folder) / "strokes.mid", Path(folder) / "strokes.wav"
        _write_strokes(song, velocity)
        how = ["-ni", "-q", "-g", "1", "-r", str(rate), "-R", "0", "-C", "0", "-O", "float"]
        command = ["fluidsynth", *how, "-F", str(target), str(path.absolute()), str(song)]
        try:
            done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise SoundError(f"fluidsynth cannot play {path}: {error}") from error
        if done.returncode or not target.exists():
            raise SoundError(f"fluidsynth cannot play {path}: is it a soundfont?")
        frames = read_sound(target, rate, longest_s=APART_S * (len(GM_KEYS_OF) + 2))
    length = round(APART_S * rate)
    cuts = [frames[n * length : (n + 1) * length] for n in range(len(GM_KEYS_OF))]
    return [
        Stroke(piece, velocity, 0, _from_onset(cut))
        for piece, cut in zip(GM_KEYS_OF, cuts, strict=True)
        if len(cut)
    ]


def _write_strokes(path: Path, velocity: int) -> None:
    """A song that strikes each piece, a while apart."""
    song, track = mido.MidiFile(ticks_per_beat=LONG // 2), mido.MidiTrack()
    song.tracks.append(track)
    gap = round(APART_S * LONG)
    for key in (keys[0] for keys in GM_KEYS_OF.values()):
        how = {"channel": DRUM_CHANNEL, "note": key}
        track.append(mido.Message("note_on", velocity=velocity, **how))
        track.append(mido.Message("note_off", time=gap, **how))
    song.save(path)


def _from_onset(sound: Audio) -> Audio:
    """The sound without the silence before it."""
    size = np.abs(sound).max(axis=1)
    return sound[np.argmax(size > 0.01 * size.max()) :]
