"""When the player stops dead the drums stop with him, and hit when he hits."""

from itertools import pairwise

import pytest

from drumd.config import Settings
from drumd.jam.stops import LONGEST, PLAYED, Stops
from drumd.status.phase import Phase
from engine.music.kit import PITCH_OF, Voice
from tests.support.drummers import Rock
from tests.support.offline_jam import OfflineJam
from tests.support.player import note

BPM, BEAT_S = 120.0, 0.5
CRASH, KICK = PITCH_OF[Voice.CRASH], PITCH_OF[Voice.KICK]


def eighths(first, last):
    """Short strokes from beat `first` up to `last`."""
    return [
        message
        for step in range(round(first * 2), round(last * 2))
        for message in note(step / 2 * BEAT_S, 45, length=0.1)
    ]


class Rig(OfflineJam):
    def __init__(self, *played, **settings):
        super().__init__(Rock(), Settings(clock="given", bpm=BPM, **settings))
        for messages in played:
            self.hear(messages)

    def to(self, beat):
        self.until(beat * BEAT_S, step=0.01)
        return self

    def struck(self, first, last):
        """(beat, drum) of what was struck from beat `first` up to `last`."""
        return [
            (time / BEAT_S, drum)
            for time, drum in self.strokes()
            if first <= time / BEAT_S < last - 1e-6
        ]


def hit(beat, length=0.1):
    return note(beat * BEAT_S, 45, 100, length)


def test_the_drums_are_silent_before_the_next_beat_once_the_player_stops_on_one():
    rig = Rig(eighths(0, 32), hit(32)).to(36)
    assert [beat for beat, _ in rig.struck(32, 36)][-1] == pytest.approx(32.5, abs=0.05)
    assert rig.jam.snapshot().doing == "stopped with you, hitting when you hit"


def test_without_stops_they_play_on():
    rig = Rig(eighths(0, 32), hit(32), stops=False).to(36)
    assert len(rig.struck(33, 36)) > 5


def test_they_hit_when_he_hits_and_play_on_when_he_does():
    rig = Rig(eighths(0, 32), hit(32), hit(34), hit(36), eighths(38, 44)).to(44)
    hits = rig.struck(33, 38)
    assert sorted(drum for _, drum in hits) == sorted([KICK, CRASH] * 2)
    assert [beat for beat, _ in hits] == pytest.approx([34, 34, 36, 36], abs=0.05)
    assert len(rig.struck(39, 40)) >= 3 and len(rig.struck(40, 44)) > 10


def test_who_plays_again_at_once_had_not_stopped():
    rig = Rig(eighths(0, 32), hit(32), eighths(33.5, 44)).to(44)
    assert CRASH not in {drum for _, drum in rig.struck(33, 36)}
    assert len(rig.struck(34, 36)) > 3


def test_a_chord_that_rings_is_no_stop():
    rig = Rig(eighths(0, 32), hit(32, length=3.0)).to(36)
    assert len(rig.struck(33, 36)) > 5


def test_after_two_silent_bars_the_drums_rest_and_the_next_notes_bring_them_in():
    rig = Rig(eighths(0, 32), hit(32), eighths(48, 64)).to(46)
    assert rig.jam.snapshot().phase is Phase.RESTING and rig.struck(33, 46) == []
    rig.to(60)
    assert len(rig.struck(52, 60)) > 20


def patience(*strokes):
    stops = Stops()
    for beat in strokes:
        stops.stroke(beat)
    return stops.patience


STEADY = [beat / 2 for beat in range(65)]


def test_only_a_player_who_has_played_on_and_ends_on_a_beat_can_stop():
    assert patience(*STEADY) is not None
    assert patience(*STEADY, 32.5) is None, "the last stroke is between two beats"
    assert patience(*STEADY[: int(PLAYED)]) is None, "he has hardly begun"
    assert patience(*range(0, 33, 2)) is None, "he plays too little"


def test_a_pause_that_belongs_to_the_riff_is_none():
    rests = [beat for beat in STEADY if beat % 8 < 6]
    assert max(b - a for a, b in pairwise(rests)) > LONGEST
    assert patience(*rests, 32.0) is None


def test_a_stop_is_no_pause_of_the_riff():
    rig = Rig(eighths(0, 32), hit(32), eighths(36, 40), hit(40)).to(44)
    assert len(rig.struck(38, 40)) > 5 and rig.struck(41, 44) == []
