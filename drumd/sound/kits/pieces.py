"""The pieces of a sounding kit, the keys that play them, and what silences what.

Wider than the voices that the drummer learns: a file may ask for a cowbell or a half-open hat.
Keys are those of General MIDI percussion with the hat edges of Roland kits (22, 26).
"""

from __future__ import annotations

from enum import Enum


class Piece(Enum):
    """One way of striking one part of the kit."""

    KICK = "kick"
    SNARE = "snare"
    SECOND_SNARE = "second snare"  # rimshots on a rock kit, the brush's sweep on a jazz kit
    SIDE_STICK = "side stick"
    CLAP = "clap"
    CLOSED_HAT = "closed hat"
    HALF_OPEN_HAT = "half-open hat"
    PEDAL_HAT = "pedal hat"
    OPEN_HAT = "open hat"
    LOW_TOM = "low tom"
    MID_TOM = "mid tom"
    HIGH_TOM = "high tom"
    CRASH = "crash"
    RIDE = "ride"
    RIDE_BELL = "ride bell"
    COWBELL = "cowbell"
    TAMBOURINE = "tambourine"
    SHAKER = "shaker"


KEYS: dict[Piece, tuple[int, ...]] = {
    Piece.KICK: (35, 36),
    Piece.SNARE: (38,),
    Piece.SECOND_SNARE: (40,),
    Piece.SIDE_STICK: (37, 33, 34, 75, 76, 77),  # clicks, claves and wood blocks too
    Piece.CLAP: (39,),
    Piece.CLOSED_HAT: (22, 42),
    Piece.HALF_OPEN_HAT: (26,),
    Piece.PEDAL_HAT: (44,),
    Piece.OPEN_HAT: (46,),
    Piece.LOW_TOM: (41, 43, 58, 64, 66),
    Piece.MID_TOM: (45, 47, 61, 63),
    Piece.HIGH_TOM: (48, 50, 60, 62, 65),
    Piece.CRASH: (49, 52, 55, 57),
    Piece.RIDE: (51, 59),
    Piece.RIDE_BELL: (53,),
    Piece.COWBELL: (56,),
    Piece.TAMBOURINE: (54,),
    Piece.SHAKER: (69, 70, 82),
}
GM_KEYS = range(35, 82)  # what General MIDI itself names; a kit of others knows no more
GM_KEYS_OF: dict[Piece, tuple[int, ...]] = {
    piece: found
    for piece, keys in KEYS.items()
    if (found := tuple(key for key in keys if key in GM_KEYS))
}
PIECE_OF: dict[int, Piece] = {key: piece for piece, keys in KEYS.items() for key in keys}
"""MIDI key to piece; keys that are not in it make no sound."""

HATS = frozenset({Piece.CLOSED_HAT, Piece.HALF_OPEN_HAT, Piece.PEDAL_HAT, Piece.OPEN_HAT})


def silenced_by(piece: Piece) -> frozenset[Piece]:
    """What stops sounding when a piece is struck: the two cymbals of a hat are one body."""
    return HATS if piece in HATS else frozenset()
