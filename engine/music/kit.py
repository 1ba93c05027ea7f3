"""The drum kit: the voices that the drummer plays, and how the kits of the world map to them.

Pitches are General MIDI percussion keys (GM level 1, channel 10), with the GS, XG and Roland
extensions that turn up in real files.
"""

from enum import IntEnum


class Voice(IntEnum):
    """One sound of the kit; its value is its row in every grid."""

    KICK = 0
    SNARE = 1
    CLOSED_HAT = 2
    PEDAL_HAT = 3
    OPEN_HAT = 4
    LOW_TOM = 5
    MID_TOM = 6
    HIGH_TOM = 7
    CRASH = 8
    RIDE = 9
    SIDE_STICK = 10
    RIDE_BELL = 11
    HALF_OPEN_HAT = 12
    CLAP = 13
    COWBELL = 14
    TAMBOURINE = 15
    SHAKER = 16


VOICES = len(Voice)

PITCH_OF: dict[Voice, int] = {
    Voice.KICK: 36,
    Voice.SNARE: 38,
    Voice.CLOSED_HAT: 42,
    Voice.PEDAL_HAT: 44,
    Voice.OPEN_HAT: 46,
    Voice.LOW_TOM: 43,
    Voice.MID_TOM: 47,
    Voice.HIGH_TOM: 50,
    Voice.CRASH: 49,
    Voice.RIDE: 51,
    Voice.SIDE_STICK: 37,
    Voice.RIDE_BELL: 53,
    Voice.HALF_OPEN_HAT: 26,
    Voice.CLAP: 39,
    Voice.COWBELL: 56,
    Voice.TAMBOURINE: 54,
    Voice.SHAKER: 70,
}

CLICK_KEY, ONE_KEY = 33, 34  # General MIDI 2's metronome: its click, and its bell for "one"
CLICK_KEYS = frozenset({CLICK_KEY, ONE_KEY})

FILL_VOICES = (
    Voice.SNARE,
    Voice.LOW_TOM,
    Voice.MID_TOM,
    Voice.HIGH_TOM,
)  # what fills are played on
FILL_STROKES = 4  # on them in the second half of a bar make a fill in full

_PITCHES: dict[Voice, tuple[int, ...]] = {
    Voice.KICK: (35, 36),
    Voice.SNARE: (38, 40),
    Voice.CLOSED_HAT: (22, 42),
    Voice.PEDAL_HAT: (44,),
    Voice.OPEN_HAT: (46,),
    Voice.LOW_TOM: (41, 43, 58),
    Voice.MID_TOM: (45, 47),
    Voice.HIGH_TOM: (48, 50),
    Voice.CRASH: (49, 52, 55, 57),
    Voice.RIDE: (51, 59),
    Voice.SIDE_STICK: (37,),
    Voice.RIDE_BELL: (53,),
    Voice.HALF_OPEN_HAT: (26,),
    Voice.CLAP: (39,),
    Voice.COWBELL: (56,),
    Voice.TAMBOURINE: (54,),
    Voice.SHAKER: (69, 70, 82),
}

VOICE_OF: dict[int, Voice] = {pitch: voice for voice, keys in _PITCHES.items() for pitch in keys}
