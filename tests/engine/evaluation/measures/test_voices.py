"""Strokes a bar of every voice."""

import pytest

from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.voices import per_bar, voice_rates
from engine.music.kit import Voice
from tests.support.made import bars_of, hit


def kit(hits, bars=2):
    return per_bar(drumming(bars_of(bars), range(bars), hits, whole_kit=True))


def test_every_voice_counts_by_itself_a_bar():
    found = kit([hit(0.0, Voice.PEDAL_HAT), hit(0.0, Voice.CLOSED_HAT), hit(4.0, Voice.PEDAL_HAT)])
    assert set(found) == {voice.name.lower() for voice in Voice}
    assert (found["pedal_hat"], found["closed_hat"], found["kick"]) == (1, 0.5, 0)


def test_a_voice_is_near_within_a_quarter_of_the_truth():
    truth = [kit([hit(float(n), Voice.KICK) for n in range(4)])] * 2
    for strokes, near in ((3, True), (5, True), (2, False), (6, False)):
        own = [kit([hit(float(n), Voice.KICK) for n in range(strokes)])] * 2
        found = voice_rates(truth, own)["kick"]
        assert found.ratio == pytest.approx(strokes / 4) and found.near is near


def test_a_voice_that_the_true_drums_never_strike_has_no_ratio():
    found = voice_rates([kit([])], [kit([hit(0.0, Voice.RIDE)])])["ride"]
    assert (found.ratio, found.near, found.answer.mean) == (None, None, 0.5)
