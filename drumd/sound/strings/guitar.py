"""A stringed part: notes in, sound out, through its mixer, its amplifier and its speaker."""

from __future__ import annotations

import numpy as np

from drumd.sound.kits.kit import gain_of
from drumd.sound.mixer import Mixer, Ringing, fade_out
from drumd.sound.strings.cabinet import Cabinet
from drumd.sound.strings.plucks import Plucks, StringVoice
from drumd.sound.synthesis.curves import from_db
from drumd.sound.synthesis.modes import Audio

EVEN = 0.25  # how far a valve leans to one side, which gives even harmonics


class Guitar:
    """Plays a voice's notes; belongs to the thread that mixes."""

    def __init__(self, voice: StringVoice, rate: int) -> None:
        self.voice = voice
        self.mixer = Mixer(rate)
        self._plucks = Plucks(voice, rate)
        self._speaker = Cabinet(voice.response, voice.pan, voice.room, rate)
        self._volume = np.float32(from_db(voice.loudness_db - 12))
        self._release = fade_out(voice.release_s, rate)

    def pluck(self, pitch: int, velocity: int, frame: int, frames: int) -> None:
        """Play a note for that many frames; one that sounds at the same pitch gives way."""
        sound = self._plucks.sound(pitch, velocity, frames / self.mixer.rate)
        ringing = Ringing(sound, frame, gain_of(velocity), pitch)
        ringing.fade_from(frame + frames, self._release)
        self.mixer.add(ringing, stops=(pitch,), fade=self._release)

    def block(self, frames: int) -> Audio:
        strings = self.mixer.block(frames)[:, 0]
        if self.voice.drive:
            strings = amplify(strings, self.voice.drive)
        return self._volume * self._speaker(strings)


def amplify(strings: Audio, drive: float) -> Audio:
    """A valve stage: the louder, the flatter, and a little more on one side."""
    pushed = np.float32(drive) * strings
    return np.asarray(np.tanh(pushed + np.float32(EVEN)) - np.float32(np.tanh(EVEN)))
