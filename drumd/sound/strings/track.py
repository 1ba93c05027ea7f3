"""The guitar of a file that is played live, made ready before it begins.

A jam to a file knows its guitar beforehand: so it is one sound, as exact in time as any, and costs
the mixer no more than a cymbal.
"""

from __future__ import annotations

import numpy as np

from drumd.ports.midi_file_host import HostFile
from drumd.sound.mixer import Ringing
from drumd.sound.strings.guitar import Guitar
from drumd.sound.strings.plucks import voice_of

BLOCK = 16_384  # frames
LONGEST_S = 600.0  # 115 MB; what comes later is silent
FULL = np.float32(32_767)


def guitar_track(file: HostFile, rate: int) -> Ringing:
    """All that the guitar plays, from the file's first tick on, in 16 bits."""
    guitar = Guitar(voice_of(file.program), rate)
    begun = dict[tuple[int, int], tuple[float, int]]()
    for seconds, message in file:
        if message.type not in ("note_on", "note_off") or seconds > LONGEST_S:
            continue
        key = (message.channel, message.note)
        if message.type == "note_on":
            begun[key] = seconds, message.velocity
        elif key in begun:
            onset, velocity = begun.pop(key)
            length = max(1, round((seconds - onset) * rate))
            guitar.pluck(message.note, velocity, round(onset * rate), length)
    blocks = [np.zeros((1, 2), np.float32)]
    while not guitar.mixer.silent:
        blocks.append(guitar.block(BLOCK))
    sound = np.concatenate([*blocks[1:], guitar.block(BLOCK)])  # with what the speaker still holds
    loudest = max(np.float32(1e-6), np.abs(sound).max())
    return Ringing(np.rint(sound * (FULL / loudest)).astype(np.int16), 0, loudest / FULL)
