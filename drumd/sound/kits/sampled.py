"""A kit of the user's own: a folder of sounds, an SFZ file or a soundfont.

However it comes, it becomes what the kits that ship are: for each piece layers of hardness, softest
first, each with variants. Every layer is made as loud as the hardest, since how loud a stroke is
goes by its velocity alone; and the snare is made as loud as that of the kits that ship.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from drumd.sound.errors import SoundError
from drumd.sound.kits.build import loudness_db
from drumd.sound.kits.kit import Kit, Samples
from drumd.sound.kits.pieces import Piece
from drumd.sound.kits.sample_files import AUDIO, read_sound
from drumd.sound.kits.sfz import Zone, read_sfz
from drumd.sound.kits.soundfont import render_strokes
from drumd.sound.kits.strokes import Stroke, gathered
from drumd.sound.synthesis.curves import from_db
from drumd.sound.synthesis.modes import Audio

SNARE_DB = -27.0  # as loud as the snare of the rock kit
ENDINGS = (".sfz", ".sf2", ".sf3")
STAND_INS = {  # what is struck instead of a piece that the kit does not have
    Piece.SECOND_SNARE: (Piece.SNARE,),
    Piece.SIDE_STICK: (Piece.SNARE,),
    Piece.CLAP: (Piece.SNARE,),
    Piece.HALF_OPEN_HAT: (Piece.OPEN_HAT, Piece.CLOSED_HAT),
    Piece.PEDAL_HAT: (Piece.CLOSED_HAT,),
    Piece.OPEN_HAT: (Piece.HALF_OPEN_HAT, Piece.CLOSED_HAT),
    Piece.MID_TOM: (Piece.LOW_TOM, Piece.HIGH_TOM),
    Piece.LOW_TOM: (Piece.MID_TOM, Piece.HIGH_TOM),
    Piece.HIGH_TOM: (Piece.MID_TOM, Piece.LOW_TOM),
    Piece.CRASH: (Piece.RIDE, Piece.OPEN_HAT),
    Piece.RIDE: (Piece.CRASH, Piece.CLOSED_HAT),
    Piece.RIDE_BELL: (Piece.RIDE, Piece.COWBELL),
}
NAMED = re.compile(r"(?P<name>.*?)(?:[ _-]+v(?P<layer>\d+))?(?:[ _-]+(?P<variant>\d+))?")


def is_own_kit(name: str) -> bool:
    """Whether a kit's name means files of the user's, by its ending or because they are there."""
    return name.lower().endswith(ENDINGS) or Path(name).expanduser().is_dir()


def own_kit(name: str, rate: int) -> Kit:
    """The kit in these files; a SoundError says what is wrong with them."""
    path = Path(name).expanduser()
    if not path.exists():
        raise SoundError(
            f"the kit {path} is not there: name a folder of sounds, an .sfz or an .sf2"
        )
    if path.is_dir():
        strokes = list(_named_files(path, rate))
    elif path.suffix.lower() == ".sfz":
        strokes = list(_played_zones(read_sfz(path), rate))
    else:
        strokes = render_strokes(path, rate)
    if not strokes:
        raise SoundError(
            f"{path} holds no sound of a drum: name files as the pieces are"
            f" ({', '.join(piece.value for piece in Piece)}), with -v1, -v2 for harder strokes"
        )
    pieces = _balanced(gathered(strokes), rate)
    return Kit(path.name, rate, _completed(pieces))


def _named_files(folder: Path, rate: int) -> Iterable[Stroke]:
    """The files of a folder whose names are those of pieces: `snare-v2-1.wav`."""
    names = {_plain(piece.value): piece for piece in Piece}
    for file in sorted(folder.iterdir()):
        found = NAMED.fullmatch(file.stem.lower())
        piece = names.get(_plain(found["name"])) if found else None
        if piece and found and file.suffix.lower() in AUDIO:
            layer = int(found["layer"] or 0)
            yield Stroke(piece, layer, int(found["variant"] or 0), read_sound(file, rate))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _played_zones(zones: Mapping[Piece, list[Zone]], rate: int) -> Iterable[Stroke]:
    """What an SFZ file plays: zones that sound at once are one stroke."""
    for piece, ones in zones.items():
        together = defaultdict(list)
        for zone in ones:
            together[zone.low, zone.high, zone.turn].append(zone)
        numbers = {turn: n for n, turn in enumerate(sorted({zone.turn for zone in ones}))}
        for (_, high, turn), alike in together.items():
            sounds = [from_db(z.volume_db) * read_sound(z.sample, rate) for z in alike]
            mixed = np.zeros((max(map(len, sounds)), 2), np.float32)
            for sound in sounds:
                mixed[: len(sound)] += sound
            yield Stroke(piece, high, numbers[turn], mixed, top=high)


def _balanced(pieces: Mapping[Piece, Samples], rate: int) -> dict[Piece, Samples]:
    """All layers as loud as the hardest, and the kit as loud as those that ship."""
    loud = {piece: _hardest_db(samples, rate) for piece, samples in pieces.items()}
    change = SNARE_DB - loud.get(Piece.SNARE, max(loud.values()))
    return {
        piece: Samples(
            tuple(
                tuple(
                    np.float32(from_db(loud[piece] + change - _mean_db(layer, rate))) * take
                    for take in layer
                )
                for layer in samples.takes
            ),
            samples.tops,
        )
        for piece, samples in pieces.items()
    }


def _hardest_db(samples: Samples, rate: int) -> float:
    return _mean_db(samples.takes[-1], rate)


def _mean_db(layer: Iterable[Audio], rate: int) -> float:
    return float(np.mean([loudness_db(take, rate) for take in layer]))


def _completed(pieces: Mapping[Piece, Samples]) -> dict[Piece, Samples]:
    """With a stand-in for what the kit does not have, where it has one."""
    whole = dict(pieces)
    for piece, others in STAND_INS.items():
        if piece not in whole and (there := [pieces[one] for one in others if one in pieces]):
            whole[piece] = there[0]
    return whole
