"""Who keeps the time."""

from engine.evaluation.measures.keeper import TimeKeeping, keeper, keeps
from engine.music.kit import Voice
from tests.support.made import hit, played


def kept(voice, strokes=32):
    return played([hit(n / 2, voice) for n in range(strokes)])


def test_the_keeper_is_the_cymbal_with_the_most_strokes():
    both = [hit(n / 2, Voice.RIDE) for n in range(20)] + [
        hit(n / 2, Voice.SNARE) for n in range(32)
    ]
    assert keeper(played([*both, hit(0.0, Voice.CLOSED_HAT)])) is Voice.RIDE
    assert keeper(kept(Voice.PEDAL_HAT)) is Voice.CLOSED_HAT


def test_a_stroke_now_and_then_keeps_no_time():
    assert keeper(kept(Voice.RIDE, strokes=3)) is keeper(played([])) is None


def test_a_closed_hat_is_right_but_nothing_to_be_found():
    assert keeps(kept(Voice.CLOSED_HAT), kept(Voice.CLOSED_HAT)) == TimeKeeping(1, None)
    assert keeps(kept(Voice.CLOSED_HAT), kept(Voice.RIDE)) == TimeKeeping(0, None)


def test_a_ride_is_found_or_not_and_no_true_keeper_is_no_question():
    assert keeps(kept(Voice.RIDE), kept(Voice.RIDE)) == TimeKeeping(1, 1)
    assert keeps(kept(Voice.RIDE), kept(Voice.CLOSED_HAT)) == TimeKeeping(0, 0)
    assert keeps(kept(Voice.RIDE), played([])) == TimeKeeping(0, 0)
    assert keeps(played([]), kept(Voice.RIDE)) == TimeKeeping(None, None)
