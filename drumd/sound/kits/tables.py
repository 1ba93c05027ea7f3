"""The kits that ship, as tables of timbres."""

from __future__ import annotations

from collections.abc import Mapping

from drumd.sound.kits.jazz import JAZZ
from drumd.sound.kits.pieces import Piece
from drumd.sound.kits.rock import ROCK
from drumd.sound.synthesis.timbre import Timbre

KITS: Mapping[str, Mapping[Piece, Timbre]] = {"rock": ROCK, "jazz": JAZZ}
