"""What is asked for from outside, done as by pedals and knobs; and how the jam is shown there."""

import json

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Control
from drumd.jam.picture import picture
from drumd.remote.order import Order
from engine.music.notes import Idea, Pattern
from engine.music.wishes import FREE, Feel, Style
from tests.support import drummers
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, steady

BPM, BAR_S = 120.0, 2.0


def jam(kit=None, **settings):
    """A jam with a guitar that plays from 0 s on: bar `n`, from 0, begins at about 2 n seconds."""
    given = {"clock": "given", "bpm": BPM} | settings
    offline = OfflineJam(kit or drummers.Ideas(), Settings(**given))
    offline.hear(groove(steady(BPM, 0.0), 0, 12 * 4))
    return offline, offline.jam


def asked(inside):
    return inside.conductor.maker.dials


def test_orders_are_named_as_the_settings_and_do_what_pedals_do():
    offline, inside = jam()
    offline.until(3 * BAR_S + 0.5)
    assert inside.obey(Order("fill")) == "a fill in bar 5" and asked(inside).fill
    inside.obey(Order("hold", value=True))
    assert asked(inside).holding
    inside.obey(Order("hold", value=False))
    assert not asked(inside).holding
    inside.obey(Order("mute", value=True))
    before = len(offline.strokes())
    offline.until(6 * BAR_S)
    assert asked(inside).muted and len(offline.strokes()) <= before + 1


def test_the_wishes_are_set_and_left_to_the_drummer_again():
    _, inside = jam(density=0.2)
    assert inside.obey(Order("density", 0.75)) == "density 0.75: as soon as the song begins"
    inside.obey(Order("style", "funk"))
    assert asked(inside).wishes.density == 0.75 and asked(inside).wishes.style is Style.FUNK
    assert inside.obey(Order("feel", "swung")).startswith("feel swung")
    assert asked(inside).wishes.feel is Feel.SWUNG
    for name in ("density", "style", "feel"):
        inside.obey(Order(name))
    assert asked(inside).wishes == FREE


@pytest.mark.parametrize(
    "order",
    [
        Order("nonsense"),
        Order("density", 2.0),
        Order("density", "much"),
        Order("hold"),
        Order("style", "polka"),
        Order("feel", "bent"),
        Order("idea", 0.0),
        Order("idea", 9.0),
        Order("idea", 1.5),
        Order("learn", "nonsense"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(order):
    _, inside = jam()
    before = asked(inside)
    with pytest.raises(ValueError, match=r"\w"):
        inside.obey(order)
    assert asked(inside) == before


def test_an_idea_is_picked_by_its_number_and_plays_from_the_next_bar():
    offline, inside = jam()
    offline.until(2 * BAR_S + 0.5)
    inside.steering.ideas = tuple(Idea(f"no. {n}", Pattern()) for n in range(3))
    assert inside.obey(Order("idea", 3.0)) == "idea 3, no. 2: from bar 4"
    offline.until(4 * BAR_S - 0.5)
    assert inside.told.groove.startswith("idea 3 of 3")
    inside.obey(Order("idea", 1.0))
    offline.until(5 * BAR_S - 0.5)
    assert inside.told.groove.startswith("idea 1 of 3")


def test_parts_are_kept_and_called_back_as_by_pedals():
    offline, inside = jam()
    with pytest.raises(ValueError, match="nothing to keep"):
        inside.obey(Order("keep_a"))
    offline.until(3 * BAR_S + 0.5)
    assert inside.obey(Order("keep_a")) == "kept as A"
    assert inside.obey(Order("part_a")) == "part A from bar 6"
    shown = picture(inside, inside.snapshot(), offline.clock.now())
    assert shown["kept"] == ["A"] and shown["next"] == "part A from bar 6"


def hear(offline, message):
    offline.jam.inbox.put(offline.clock.now(), message)
    offline.jam.step()


def test_the_next_pedal_that_is_pressed_is_learnt_and_works_at_once():
    offline, inside = jam()
    inside.obey(Order("learn", "fill"))
    hear(offline, mido.Message("note_on", note=40))  # music
    hear(offline, mido.Message("control_change", control=101, value=127))  # no pedal
    hear(offline, mido.Message("control_change", control=80, value=0))  # let go
    assert inside.controls.learning and inside.controls.written == {}
    hear(offline, mido.Message("control_change", control=80, value=127, channel=2))
    assert inside.controls.written == {"fill": "cc 80 channel 3"}
    assert inside.news == ['fill = "cc 80 channel 3"'] and not asked(inside).fill
    assert Control.parse("cc 80 channel 3") == Control("cc", 80, 2)
    hear(offline, mido.Message("control_change", control=80, value=0, channel=2))
    hear(offline, mido.Message("control_change", control=80, value=127, channel=2))
    assert asked(inside).fill


def test_a_pedal_that_is_learnt_anew_stands_for_one_thing_only():
    offline, inside = jam(fill=Control("cc", 80), density_dial=Control("cc", 21))
    inside.obey(Order("learn", "mute"))
    hear(offline, mido.Message("control_change", control=80, value=127))
    assert inside.controls.written == {"mute": "cc 80 channel 1", "density_dial": "cc 21"}
    inside.obey(Order("forget", "density_dial"))
    assert inside.controls.written == {"mute": "cc 80 channel 1"}


def test_the_kit_of_a_style_sounds_from_just_before_the_first_bar_in_it():
    offline, inside = jam(drummers.Rock())
    told = []
    inside.sound_in = lambda style, moment: told.append((style, moment))
    offline.until(3 * BAR_S + 0.5)
    said = inside.obey(Order("style", "jazz"))
    offline.until(7 * BAR_S)
    first = next(moment for style, moment in told if style is Style.JAZZ)
    begins = inside.song.time_of(4 * (int(said.rpartition(" ")[2]) - 1))
    assert 0 < begins - first < 0.1


def test_what_was_learnt_or_forgotten_is_remembered_and_what_was_given_is_not():
    offline, inside = jam(fill=Control("cc", 80), density_dial=Control("cc", 21))
    remembered = []
    inside.steering.remember = remembered.append
    inside.obey(Order("learn", "mute"))
    hear(offline, mido.Message("control_change", control=80, value=127))
    inside.obey(Order("forget", "density_dial"))
    assert remembered == [{"mute": "cc 80 channel 1", "fill": None}, {"density_dial": None}]


def test_the_picture_is_plain_and_tells_what_was_played_and_what_comes():
    offline, inside = jam(drummers.Rock())
    inside.obey(Order("humanize", 0.0))
    offline.until(3 * BAR_S + 0.5)
    now = offline.clock.now()
    shown = json.loads(json.dumps(picture(inside, inside.snapshot(), now)))
    assert shown["bpm"] == BPM and shown["source"] == "given" and shown["humanize"] == 0.0
    assert shown["playing"] and shown["metre"] == "4/4" and shown["style"] is None
    assert shown["metre_from"] == [0.0, 1]
    start, *strokes = shown["coming"]
    assert start % 4 == 0 and {voice for _, voice, _ in strokes} == {"closed_hat", "kick", "snare"}
    played = inside.played.take()
    struck = [time for time, _, _ in played["drums"]]
    assert struck == sorted(struck) and len(struck) == len(offline.strokes())
    assert all(velocity >= 0 for _, _, velocity in played["guitar"])
    assert inside.played.take() == {}
