"""The rock kit: a 22 inch kick with a pillow, a 14 inch snare, bright cymbals, all with sticks."""

from __future__ import annotations

from dataclasses import replace

from drumd.sound.kits.hand import CLAP, COWBELL, SHAKER, SIDE_STICK, TAMBOURINE
from drumd.sound.kits.pieces import Piece
from drumd.sound.synthesis.modes import Modes, cloud, membrane
from drumd.sound.synthesis.noise import Noise
from drumd.sound.synthesis.timbre import Timbre

KICK = Timbre(
    parts=(
        Modes(
            hz=(56, 84, 128, 187, 260, 340), db=(0, -9, -16, -23, -29, -33),
            t60_s=(0.42, 0.28, 0.18, 0.12, 0.09, 0.07), bend=0.75, bend_s=0.016, attack_s=0.0006,
        ),
        Noise(  # the pillow and the air
            ((60, -24), (150, -21), (500, -29), (1200, -38)), ((60, 0.2), (1200, 0.06)),
            width=0.2, soft_db=3,
        ),
        Noise(  # the beater
            ((400, -36), (1200, -28), (3000, -20), (5000, -22), (9000, -31), (14000, -42)),
            ((400, 0.08), (3000, 0.06), (9000, 0.035)), attack_s=0.0005, width=0.1, soft_db=8,
        ),
    ),
    seconds=0.9, loudness_db=-36, dark_db=2.5, room_db=-13,
)  # fmt: skip

SNARE_WIRES = Noise(
    ((180, -33), (500, -21), (1200, -17.5), (2500, -16), (5000, -16), (9000, -20), (15000, -31)),
    ((200, 0.15), (1000, 0.27), (3000, 0.32), (8000, 0.26), (15000, 0.16)),
    attack_s=0.0012, at_s=0.001, width=0.45, soft_db=-3,
)  # fmt: skip
SNARE_CRACK = Noise(
    ((400, -15), (1000, -6), (2500, -3), (6000, -5), (12000, -14)),
    ((400, 0.03), (3000, 0.018), (10000, 0.011)), attack_s=0.0002, width=0.1, soft_db=7,
)  # fmt: skip
SNARE = Timbre(
    parts=(
        Modes(
            hz=(188, 297, 331, 404, 480, 552, 668, 815, 1010),
            db=(1.5, -1, -4, -9, -12, -14, -17, -20, -24),
            t60_s=(0.34, 0.28, 0.24, 0.26, 0.17, 0.14, 0.12, 0.09, 0.07),
            bend=0.14, bend_s=0.012,
        ),
        SNARE_WIRES,
        SNARE_CRACK,
    ),
    seconds=0.8, loudness_db=-27, pan=0.08, dark_db=2.6, room_db=-9,
)  # fmt: skip
RIMSHOT = replace(
    SNARE,
    parts=(
        *SNARE.parts,
        Modes(hz=(407, 845, 1390), db=(-3, -10, -15), t60_s=(0.2, 0.12, 0.08), soft_db=6),
        replace(SNARE_CRACK, level=((800, -4), (2500, 3), (6000, 2), (12000, -8))),
    ),
    loudness_db=-28,
)


def tom(hz: float, t60_s: float, pan: float, loudness_db: float) -> Timbre:
    """A tom of two skins: a pitch that falls as the skin comes to rest, and a felt stroke."""
    skin = membrane(hz, 0, t60_s, slope=9.5)
    return Timbre(
        parts=(
            replace(skin, bend=0.16, bend_s=0.045, attack_s=0.0008),
            Noise(
                ((80, -26), (300, -22), (1000, -27), (4000, -36)), ((80, 0.2), (4000, 0.06)),
                width=0.3,
            ),
            Noise(
                ((300, -20), (1000, -15), (3000, -17), (6000, -20), (12000, -27)),
                ((300, 0.08), (3000, 0.06), (10000, 0.035)), attack_s=0.0006, width=0.1, soft_db=8,
            ),
        ),
        seconds=1.6, loudness_db=loudness_db, pan=pan, dark_db=3.0, room_db=-10,
    )  # fmt: skip


# The two bronze plates of the hat, and the wash between them.
HAT_LEVEL = (
    (230, -19), (400, -15), (1500, -18), (3000, -13), (5500, -10), (9000, -9), (12500, -11),
    (16500, -24),
)  # fmt: skip
HAT_WASH = (
    (160, -27), (500, -24), (2500, -19), (5000, -13), (8000, -8), (12000, -6), (17000, -13),
)  # fmt: skip
HAT_TICK = Noise(
    ((900, -12), (2500, -6), (6000, -2), (12000, -4), (17000, -12)),
    ((900, 0.012), (8000, 0.008)), attack_s=0.0002, width=0.2, soft_db=6,
)  # fmt: skip


def hat(seconds: float, t60_s: float, loudness_db: float, *, attack_s: float = 0.0004) -> Timbre:
    """The hat, whose plates touch the more the shorter they sound."""
    decay = ((300, 0.55 * t60_s), (1500, 0.8 * t60_s), (5000, t60_s), (16000, 0.75 * t60_s))
    plates = replace(cloud(42, 110, HAT_LEVEL, decay, width=0.5), attack_s=attack_s)
    wash = Noise(HAT_WASH, decay, attack_s=attack_s, width=0.6)
    return Timbre(
        parts=(plates, wash, HAT_TICK), seconds=seconds, loudness_db=loudness_db, pan=0.42,
        dark_db=1.6, room_db=-15, variants=4 if seconds < 1 else 3,
    )  # fmt: skip


PEDAL_HAT = Timbre(  # two plates that clap together: no stick, more body
    parts=(
        replace(
            cloud(44, 90, HAT_LEVEL, ((300, 0.14), (3000, 0.22), (16000, 0.17))), attack_s=0.002
        ),
        Noise(
            ((140, -15), (240, -6), (450, -13), (1000, -19), (2500, -18), (6000, -12), (11000, -8),
             (16000, -18)),
            ((140, 0.11), (700, 0.11), (5000, 0.21), (16000, 0.16)), attack_s=0.003, width=0.5,
        ),
    ),
    seconds=0.5, loudness_db=-43, pan=0.42, dark_db=1.5, room_db=-14,
)  # fmt: skip

CRASH_DECAY = ((250, 3.0), (700, 4.2), (2500, 4.1), (6000, 3.0), (11000, 1.9), (17000, 1.0))
CRASH = Timbre(
    parts=(
        replace(
            cloud(
                49, 190,
                ((280, -18), (600, -15), (1500, -13), (3500, -10), (7000, -13), (12000, -20),
                 (16000, -30)),
                CRASH_DECAY, width=0.8,
            ),
            attack_s=0.008,
        ),
        Noise(
            ((250, -22), (600, -12), (1500, -8), (3500, -4), (7000, -4), (12000, -9),
             (17500, -20)),
            CRASH_DECAY, attack_s=0.014, width=0.8,
        ),
        Noise(
            ((700, -4), (3000, 0), (8000, -2), (16000, -10)), ((700, 0.04), (8000, 0.02)),
            attack_s=0.0004, width=0.2, soft_db=4,
        ),
    ),
    seconds=4.6, loudness_db=-30, pan=0.55, dark_db=1.8, room_db=-16, layers=3, variants=2,
)  # fmt: skip

RIDE_DECAY = ((250, 2.2), (800, 2.9), (3000, 2.5), (7000, 1.8), (12000, 1.0), (17000, 0.6))
RIDE_PLATE = replace(
    cloud(
        51, 170,
        ((290, -25), (700, -23), (1500, -24), (3500, -16), (7000, -12), (12000, -13), (16500, -21)),
        RIDE_DECAY, width=0.6,
    ),
    attack_s=0.001,
)  # fmt: skip
RIDE_PING = Noise(
    ((1500, -10), (3500, 0), (6500, 4), (11000, 5), (16500, -2)),
    ((1500, 0.05), (6000, 0.05), (16000, 0.02)), attack_s=0.0002, width=0.2, soft_db=3,
)  # fmt: skip
RIDE = Timbre(
    parts=(
        RIDE_PLATE,
        Noise(
            ((300, -36), (1000, -30), (3000, -22), (7000, -17), (12000, -14), (17000, -22)),
            RIDE_DECAY, attack_s=0.012, width=0.8,
        ),
        Modes(  # the tone of the stroke itself
            hz=(2870, 3935, 5210, 6480, 7730), db=(-13, -9, -10, -13, -16),
            t60_s=(0.5, 0.42, 0.34, 0.26, 0.2), width=0.3,
        ),
        RIDE_PING,
    ),
    seconds=3.4, loudness_db=-37, pan=-0.45, dark_db=1.4, room_db=-16, variants=3, layers=3,
)  # fmt: skip
RIDE_BELL = replace(
    RIDE,
    parts=(
        Modes(
            hz=(618, 967, 1563, 2204, 2985, 3820, 4790, 5900, 7120),
            db=(-16, -7, -8, -5, -4, -7, -9, -13, -17),
            t60_s=(2.6, 2.9, 2.5, 2.2, 1.8, 1.4, 1.1, 0.8, 0.6), width=0.25,
        ),
        replace(RIDE_PLATE, soft_db=2, db=tuple(db - 7 for db in RIDE_PLATE.db)),
        replace(RIDE_PING, level=((1500, -6), (3500, 0), (6500, 0), (11000, -6))),
    ),
    loudness_db=-34, variants=2,
)  # fmt: skip

ROCK = {
    Piece.KICK: KICK,
    Piece.SNARE: SNARE,
    Piece.SECOND_SNARE: RIMSHOT,
    Piece.SIDE_STICK: SIDE_STICK,
    Piece.CLAP: CLAP,
    Piece.CLOSED_HAT: hat(0.6, 0.24, -40.5),
    Piece.HALF_OPEN_HAT: hat(1.4, 0.75, -38.5, attack_s=0.0008),
    Piece.PEDAL_HAT: PEDAL_HAT,
    Piece.OPEN_HAT: hat(3.0, 2.4, -37.5, attack_s=0.001),
    Piece.LOW_TOM: tom(82, 1.05, -0.5, -35),
    Piece.MID_TOM: tom(110, 1.2, -0.12, -34),
    Piece.HIGH_TOM: tom(146, 1.05, 0.22, -33),
    Piece.CRASH: CRASH,
    Piece.RIDE: RIDE,
    Piece.RIDE_BELL: RIDE_BELL,
    Piece.COWBELL: COWBELL,
    Piece.TAMBOURINE: TAMBOURINE,
    Piece.SHAKER: SHAKER,
}
