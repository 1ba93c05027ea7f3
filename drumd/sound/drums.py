"""A kit and its mixer: strokes on keys in, sound out."""

from __future__ import annotations

from drumd.sound.kits.kit import Kit, gain_of, piece_of
from drumd.sound.kits.pieces import Piece, silenced_by
from drumd.sound.mixer import Mixer, Ringing, fade_out
from drumd.sound.synthesis.modes import Audio

CHOKE_S = 0.06  # a foot closes the hat in about that time


class Drums:
    """Plays a kit; belongs to the thread that mixes."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.mixer = Mixer(kit.rate)
        self.unknown = 0  # strokes on keys that the kit does not have
        self._choke = fade_out(CHOKE_S, kit.rate)

    def strike(self, key: int, velocity: int, frame: int) -> Piece | None:
        """Strike the piece on that MIDI key at the frame; which one that is."""
        piece = piece_of(key)
        if piece is None or piece not in self.kit.pieces:
            self.unknown += 1
            return None
        sound = self.kit.sound(piece, velocity)
        ringing = Ringing(sound, frame, gain_of(velocity), piece)
        self.mixer.add(ringing, stops=silenced_by(piece), fade=self._choke)
        return piece

    def block(self, frames: int) -> Audio:
        return self.mixer.block(frames)
