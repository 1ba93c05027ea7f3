"""What both kits have beside drums and cymbals: the stick on the rim, and what a hand plays."""

from __future__ import annotations

from dataclasses import replace

from drumd.sound.synthesis.modes import Modes, cloud
from drumd.sound.synthesis.noise import Noise
from drumd.sound.synthesis.timbre import Timbre

SIDE_STICK = Timbre(
    parts=(
        Modes(
            hz=(345, 520, 792, 1180, 1725, 2310, 2980, 3720),
            db=(-14, -13, -5, -1, -5, -3, -3, -3),
            t60_s=(0.2, 0.2, 0.24, 0.21, 0.18, 0.15, 0.13, 0.11), attack_s=0.0001,
        ),
        Noise(
            ((400, -22), (1500, -14), (4000, -7), (8000, -9), (14000, -17)),
            ((400, 0.09), (4000, 0.06), (12000, 0.04)), attack_s=0.0001, width=0.1, soft_db=4,
        ),
        Noise(((800, -36), (3000, -32), (8000, -38)), ((800, 0.15), (8000, 0.12))),  # the wires
    ),
    seconds=0.5, loudness_db=-31, pan=0.1, dark_db=2.0, room_db=-9,
)  # fmt: skip

_PALMS = Noise(
    ((450, -20), (900, -6), (1400, -2), (2500, -5), (5000, -9), (11000, -14)),
    ((450, 0.03), (1400, 0.024), (8000, 0.014)), attack_s=0.0003, width=0.4,
)  # fmt: skip
CLAP = Timbre(  # several hands, which never meet at once
    parts=(
        _PALMS,
        replace(_PALMS, at_s=0.0095),
        replace(_PALMS, at_s=0.0187),
        replace(
            _PALMS, at_s=0.027,
            t60=((450, 0.14), (1400, 0.2), (8000, 0.12)),
            level=((450, -22), (900, -9), (1400, -5), (2500, -8), (5000, -11), (11000, -15)),
        ),
    ),
    seconds=0.6, loudness_db=-31, dark_db=1.5, room_db=-7,
)  # fmt: skip

COWBELL = Timbre(
    parts=(
        Modes(
            hz=(562, 845, 1126, 1688, 2215, 2830, 3460, 4390, 5600),
            db=(0, -2, -13, -7, -9, -10, -12, -14, -18),
            t60_s=(0.36, 0.3, 0.2, 0.2, 0.16, 0.14, 0.12, 0.1, 0.08), attack_s=0.0002,
        ),
        Noise(
            ((800, -8), (3000, -1), (9000, -4), (14000, -14)), ((800, 0.02), (8000, 0.01)),
            attack_s=0.0001, width=0.1, soft_db=4,
        ),
    ),
    seconds=0.6, loudness_db=-34, pan=0.2, dark_db=2.0, room_db=-10,
)  # fmt: skip

_JINGLES = cloud(
    54, 60, ((3800, -16), (6500, -8), (9500, -6), (13000, -10), (16500, -20)),
    ((3800, 0.22), (9000, 0.3), (16000, 0.2)), width=0.5,
)  # fmt: skip
_RATTLE = Noise(
    ((3000, -22), (6000, -10), (9500, -7), (14000, -10), (17500, -18)),
    ((3000, 0.1), (9000, 0.16), (16000, 0.12)), attack_s=0.001, width=0.5,
)  # fmt: skip
TAMBOURINE = Timbre(  # the hand on the rim, and jingles that meet a few times over
    parts=(
        Noise(((150, -18), (350, -14), (900, -24)), ((150, 0.06), (900, 0.03)), soft_db=3),
        _JINGLES,
        _RATTLE,
        replace(_RATTLE, at_s=0.018),
        replace(_JINGLES, at_s=0.031, db=tuple(db - 4 for db in _JINGLES.db)),
    ),
    seconds=0.7, loudness_db=-37, pan=-0.2, dark_db=1.0, room_db=-11,
)  # fmt: skip

SHAKER = Timbre(  # grains that slide, then strike the far end together
    parts=(
        Noise(
            ((2200, -26), (4500, -10), (7500, -4), (11000, -6), (16500, -14)),
            ((2200, 0.07), (7500, 0.11), (16000, 0.08)), attack_s=0.016, width=0.3,
        ),
        Noise(
            ((3500, -14), (7000, -6), (12000, -8), (16500, -16)), ((3500, 0.03), (12000, 0.025)),
            attack_s=0.002, at_s=0.022, width=0.3, soft_db=3,
        ),
    ),
    seconds=0.4, loudness_db=-41, pan=-0.3, dark_db=1.0, room_db=-12,
)  # fmt: skip
