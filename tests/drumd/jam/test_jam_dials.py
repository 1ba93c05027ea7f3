"""A jam with pedals and knobs: what is said counts from a bar line on, and no sooner."""

from dataclasses import replace

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Control
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern
from engine.music.wishes import Style
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, steady

BPM, BAR_S = 120.0, 2.0
SNARE, CRASH = PITCH_OF[Voice.SNARE], PITCH_OF[Voice.CRASH]
PEDALS = {
    "fill": Control("cc", 80),
    "regenerate": Control("cc", 81),
    "hold": Control("cc", 82),
    "mute": Control("note", 20, 15),
    "style_dial": Control("program"),
    "density_dial": Control("cc", 20),
    "intensity_dial": Control("cc", 21),
    "humanize_dial": Control("cc", 22),
}


class Counting:
    """Strikes the four beats, and says which bar it is by the snare's velocity."""

    def __init__(self):
        self.requests = []

    def play(self, request):
        self.requests.append(request)
        return Pattern.of([Hit(float(beat), SNARE, request.bar + 1) for beat in range(4)], 4.0)


class Rig(OfflineJam):
    """A guitar at a given tempo from 0 s on: bar `n` begins at about 2 n seconds."""

    def __init__(self, bars, kit=None, **settings):
        self.kit = kit or Counting()
        given = {"clock": "given", "bpm": BPM}
        super().__init__(self.kit, Settings(**(given | PEDALS | settings)))
        self.bars = bars
        self.hear(groove(steady(BPM, 0.0), 0, bars * 4))

    def press(self, bar, number, value=127, *, at=0.4):
        """In the middle of a bar, or elsewhere in it."""
        message = mido.Message("control_change", control=number, value=value)
        self.hear([((bar + at) * BAR_S, message)])

    def mute(self, first, last):
        """Hold the pedal from one time to another, in bars."""
        pressed = mido.Message("note_on", note=20, channel=15)
        let_go = mido.Message("note_off", note=20, channel=15)
        self.hear([(first * BAR_S, pressed), (last * BAR_S, let_go)])

    def play(self):
        self.until(self.bars * BAR_S, step=0.01)
        return self

    def heard(self):
        """By bar, the velocities of the snare."""
        found = {}
        for time, message in self.port.sent:
            if message.type == "note_on" and message.note == SNARE:
                found.setdefault(int((time + 0.1) // BAR_S), []).append(message.velocity)
        return found

    def asked(self, bar):
        return next(request for request in self.kit.requests if request.bar == bar)


def test_nothing_is_asked_of_the_drummer_unless_it_is_set():
    rig = Rig(6).play()
    assert {str(request.wishes) for request in rig.kit.requests} == {""}
    assert rig.jam.snapshot().dials == ""


def test_what_is_set_at_the_start_is_asked_of_every_bar():
    rig = Rig(6, style=Style.LATIN, density=0.2, temperature=0.5, seed=7).play()
    for request in rig.kit.requests:
        assert (request.wishes.style, request.wishes.density) == (Style.LATIN, 0.2)
        assert (request.temperature, request.seed) == (0.5, 7)
    assert rig.jam.snapshot().dials == "latin, density 0.20"


def test_a_fill_comes_in_the_next_bar_and_a_crash_after_it():
    rig = Rig(7)
    rig.press(3, 80)
    rig.play()
    fills = [request.bar for request in rig.kit.requests if request.wishes.fill]
    assert fills == [4]
    crashes = [time for time, drum in rig.strokes() if drum == CRASH]
    assert crashes == pytest.approx([5 * BAR_S], abs=0.05)


def test_phrases_end_in_a_fill_counted_from_where_the_drums_came_in():
    rig = Rig(20).play()
    first = rig.kit.requests[0].bar
    fills = [request.bar - first for request in rig.kit.requests if request.wishes.fill]
    assert fills == [7, 15]


def test_a_fill_is_not_what_the_drummer_remembers_as_its_groove():
    rig = Rig(8)
    rig.press(3, 80)
    rig.play()
    assert rig.asked(5).history == rig.asked(4).history


def test_regenerate_asks_for_the_next_bars_with_another_seed_and_nothing_remembered():
    rig = Rig(8)
    rig.press(3, 81)
    rig.play()
    assert rig.asked(3).seed == 0 and rig.asked(3).history
    assert rig.asked(4).seed == 1 and rig.asked(4).history == ()
    assert rig.asked(5).seed == 1


def test_a_held_groove_is_repeated_until_it_is_let_go():
    rig = Rig(10)
    rig.press(3, 82)
    rig.press(6, 82, value=0)
    rig.play()
    ratio = {bar: velocities[0] for bar, velocities in rig.heard().items()}
    assert ratio[3] == ratio[4] == ratio[5] == ratio[6] < ratio[7]
    assert not {4, 5, 6} & {request.bar for request in rig.kit.requests}


@pytest.mark.parametrize("at", [0.4, 0.93, 0.99])
def test_the_bar_that_is_held_is_the_one_that_was_heard_when_the_pedal_was_pressed(at):
    rig = Rig(10)
    rig.press(3, 82, at=at)
    rig.play()
    hard = {bar: velocities[0] for bar, velocities in rig.heard().items()}
    goes_on = range(4 if at < 0.5 else 5, 10)  # what had been asked for is played before
    assert {hard[bar] for bar in goes_on} == {hard[3]} != {hard[2]}


def test_mute_silences_from_the_next_bar_line_on_until_it_is_let_go():
    rig = Rig(10)
    rig.mute(3.4, 6.4)
    heard = rig.play().heard()
    assert len(heard[3]) == 4 and not {4, 5, 6} & set(heard) and len(heard[7]) == 4


def test_mute_just_before_a_bar_line_still_silences_the_bar_that_is_cued():
    rig = Rig(6)
    rig.mute(3.95, 9)
    rig.play()
    assert len(rig.heard()[3]) == 4 and 4 not in rig.heard()


class Leaning(Counting):
    """Its "one" leans 0.05 s over the bar line."""

    def play(self, request):
        pattern = super().play(request)
        return Pattern.of([replace(hit, beat=hit.beat or -0.1) for hit in pattern.hits], 4.0)


@pytest.mark.parametrize("pressed", [3.4, 3.9, 3.96])
@pytest.mark.parametrize("let_go", [6.4, 6.9, 6.96])
def test_a_stroke_that_leans_over_the_bar_line_is_silent_and_heard_with_its_bar(pressed, let_go):
    rig = Rig(8, kit=Leaning())
    rig.mute(pressed, let_go)
    heard = rig.play().heard()
    assert [len(heard.get(bar, ())) for bar in range(3, 8)] == [4, 0, 0, 0, 4]
    assert not rig.scheduler.late


def test_a_mute_that_is_let_go_after_the_stroke_that_leans_brings_the_rest_of_the_bar():
    rig = Rig(8, kit=Leaning())
    rig.mute(3.4, 6.98)
    assert len(rig.play().heard()[7]) == 3 and not rig.scheduler.late


def test_a_mute_pressed_and_let_go_before_the_bar_line_changes_nothing():
    rig = Rig(6, kit=Leaning())
    rig.mute(3.9, 3.96)
    assert [len(rig.play().heard()[bar]) for bar in (3, 4, 5)] == [4, 4, 4]


def test_a_mute_let_go_while_the_host_stands_brings_nothing_back():
    rig = Rig(0, clock="host", bpm=None, kit=Leaning())
    rig.hear([*host(BPM, 0.0, 16), *groove(steady(BPM, 0.0), 0, 16)])
    rig.mute(2.4, 4.5)
    rig.bars = 8
    assert set(rig.play().heard()) == {1, 2}


def test_a_knob_and_a_program_count_from_the_next_bar_on():
    rig = Rig(8)
    rig.press(3, 20, value=0)
    rig.hear([(3.4 * BAR_S, mido.Message("program_change", program=4))])
    rig.play()
    assert rig.asked(3).wishes.density is None and rig.asked(4).wishes.density == 0
    assert rig.asked(4).wishes.style is Style.FUNK
    assert rig.jam.snapshot().dials == "funk, density 0.00"


def test_the_intensity_knob_is_heard_in_the_next_bar():
    rig = Rig(8)
    rig.press(3, 21, value=127)
    rig.play()
    assert max(rig.heard()[3]) < 20 and set(rig.heard()[4]) == {120}


def test_what_belongs_to_a_control_is_no_guitar():
    rig = Rig(4)
    rig.hear([(1.0, mido.Message("note_on", note=20, channel=15))])
    rig.play()
    assert all(note.pitch != 20 for note in rig.kit.requests[-1].notes)


def test_the_drums_go_with_the_guitars_loudness_live():
    rig = Rig(0)
    notes = [
        (beat * 0.5 + length, mido.Message(kind, note=45, velocity=50 if beat < 24 else 110))
        for beat in range(48)
        for length, kind in ((0.0, "note_on"), (0.4, "note_off"))
    ]
    rig.hear(notes)
    rig.bars = 12
    rig.kit.play = lambda _: Pattern.of([Hit(0.0, SNARE, 80)], 4.0)
    heard = rig.play().heard()
    assert heard[4][0] == pytest.approx(80, abs=6) and heard[8][0] > 90
