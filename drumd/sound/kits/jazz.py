"""The jazz kit: a small open kick, a snare played with brushes, dark and thin cymbals."""

from __future__ import annotations

from dataclasses import replace

from drumd.sound.kits.hand import CLAP, COWBELL, SHAKER, SIDE_STICK, TAMBOURINE
from drumd.sound.kits.pieces import Piece
from drumd.sound.kits.rock import CRASH, HAT_TICK, PEDAL_HAT, RIDE, RIDE_BELL, RIDE_PLATE, hat
from drumd.sound.synthesis.modes import Modes, cloud, membrane
from drumd.sound.synthesis.noise import Noise
from drumd.sound.synthesis.timbre import Timbre

KICK = Timbre(  # 18 inches, tuned high, no hole: it sings
    parts=(
        Modes(
            hz=(68, 109, 151, 206, 262, 331), db=(0, -5, -10, -15, -19, -23),
            t60_s=(0.6, 0.4, 0.28, 0.2, 0.16, 0.12), bend=0.28, bend_s=0.025, attack_s=0.0012,
        ),
        Noise(((60, -26), (200, -23), (700, -32)), ((60, 0.2), (700, 0.08)), width=0.2),
        Noise(  # a beater of felt
            ((200, -22), (700, -23), (1500, -26), (3000, -33), (6000, -44)),
            ((200, 0.09), (3000, 0.05)), attack_s=0.0008, width=0.1, soft_db=7,
        ),
    ),
    seconds=1.1, loudness_db=-36, dark_db=3.0, room_db=-10,
)  # fmt: skip

BRUSH_WIRES = Noise(
    ((200, -26), (600, -17), (1500, -13), (3500, -11), (7000, -14), (12000, -21), (16000, -32)),
    ((200, 0.12), (1500, 0.2), (4000, 0.24), (12000, 0.16)), attack_s=0.003, width=0.4,
)  # fmt: skip
BRUSH_FAN = Noise(  # two hundred wires that land one after another
    ((500, -16), (1200, -6), (3000, -2), (6000, -4), (12000, -12), (16000, -20)),
    ((500, 0.05), (3000, 0.045), (12000, 0.03)), attack_s=0.0035, width=0.2, soft_db=3,
)  # fmt: skip
BRUSH_TAP = Timbre(
    parts=(
        Modes(
            hz=(189, 301, 343, 412, 500, 604, 726), db=(-2, -5, -8, -13, -16, -19, -23),
            t60_s=(0.3, 0.24, 0.2, 0.17, 0.14, 0.11, 0.09), bend=0.06, bend_s=0.015,
            attack_s=0.0015,
        ),
        BRUSH_WIRES,
        BRUSH_FAN,
    ),
    seconds=0.8, loudness_db=-31, pan=0.08, dark_db=2.4, room_db=-8,
)  # fmt: skip
BRUSH_SWEEP = Timbre(  # once across the skin
    parts=(
        Noise(
            ((150, -22), (400, -14), (1000, -12), (2500, -8), (5000, -7), (9000, -11),
             (15000, -22)),
            ((150, 0.5), (400, 0.5), (3000, 0.6), (12000, 0.4)), attack_s=0.045, width=0.5,
        ),
        Noise(
            ((700, -18), (2500, -9), (6000, -10), (12000, -20)), ((700, 0.25), (6000, 0.3)),
            attack_s=0.02, at_s=0.09, width=0.4,
        ),
    ),
    seconds=0.8, loudness_db=-37, pan=0.08, dark_db=1.5, room_db=-9,
)  # fmt: skip


def tom(hz: float, t60_s: float, pan: float) -> Timbre:
    """An open tom: longer, with less of a stroke."""
    skin = membrane(hz, 0, t60_s, slope=8.0)
    return Timbre(
        parts=(
            replace(skin, bend=0.07, bend_s=0.05, attack_s=0.0015),
            Noise(
                ((250, -19), (800, -16), (2500, -19), (6000, -26), (12000, -38)),
                ((250, 0.09), (3000, 0.06), (10000, 0.03)), attack_s=0.0012, width=0.15,
                soft_db=6,
            ),
        ),
        seconds=1.9, loudness_db=-33, pan=pan, dark_db=3.2, room_db=-8,
    )  # fmt: skip


def dark_hat(seconds: float, t60_s: float, loudness_db: float) -> Timbre:
    """The rock hat, thinner: its highs are weaker and the tick of the stick is soft."""
    bright = hat(seconds, t60_s, loudness_db, attack_s=0.0008)
    plates, wash, _ = bright.parts
    tick = replace(HAT_TICK, level=((700, -16), (2500, -8), (6000, -6), (12000, -14)))
    return replace(bright, parts=(_darker(plates, 1.8), _darker(wash, 1.8), tick))


def _darker(part: Modes | Noise, db_an_octave: float) -> Modes | Noise:
    """The same with less above 3 kHz."""
    from math import log2

    def less(hz: float, db: float) -> float:
        return db - db_an_octave * max(0.0, log2(hz / 3000))

    if isinstance(part, Noise):
        return replace(part, level=tuple((hz, less(hz, db)) for hz, db in part.level))
    return replace(part, db=tuple(less(hz, db) for hz, db in zip(part.hz, part.db, strict=True)))


DARK_DECAY = ((220, 3.4), (700, 4.2), (2500, 3.2), (6000, 1.9), (12000, 0.9), (16000, 0.6))
DARK_CRASH = replace(
    CRASH,
    parts=(
        replace(
            cloud(
                149, 190,
                ((230, -18), (500, -15), (1500, -14), (3500, -12), (7000, -16), (14000, -29)),
                DARK_DECAY, width=0.8,
            ),
            attack_s=0.005,
        ),
        *(_darker(part, 1.0) for part in CRASH.parts[1:]),
    ),
    loudness_db=-32,
)  # fmt: skip
DARK_PLATE = replace(
    RIDE_PLATE,
    db=tuple(db - 1.5 for db in RIDE_PLATE.db),
    t60_s=tuple(1.25 * t for t in RIDE_PLATE.t60_s),
)
DARK_RIDE = replace(
    RIDE,
    parts=(_darker(DARK_PLATE, 2.0), *(_darker(part, 2.2) for part in RIDE.parts[1:])),
    seconds=3.6, loudness_db=-36,
)  # fmt: skip

JAZZ = {
    Piece.KICK: KICK,
    Piece.SNARE: BRUSH_TAP,
    Piece.SECOND_SNARE: BRUSH_SWEEP,
    Piece.SIDE_STICK: SIDE_STICK,
    Piece.CLAP: CLAP,
    Piece.CLOSED_HAT: dark_hat(0.6, 0.22, -41),
    Piece.HALF_OPEN_HAT: dark_hat(1.5, 0.8, -39),
    Piece.PEDAL_HAT: replace(PEDAL_HAT, loudness_db=-41),
    Piece.OPEN_HAT: dark_hat(2.6, 2.0, -38.5),
    Piece.LOW_TOM: tom(98, 1.2, -0.5),
    Piece.MID_TOM: tom(132, 1.05, -0.12),
    Piece.HIGH_TOM: tom(176, 0.9, 0.22),
    Piece.CRASH: DARK_CRASH,
    Piece.RIDE: DARK_RIDE,
    Piece.RIDE_BELL: replace(RIDE_BELL, loudness_db=-35),
    Piece.COWBELL: COWBELL,
    Piece.TAMBOURINE: TAMBOURINE,
    Piece.SHAKER: SHAKER,
}
