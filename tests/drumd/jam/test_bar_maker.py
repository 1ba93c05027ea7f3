"""What the drummer has played, and what it still owes the player."""

from drumd.jam.bar_maker import BarMaker
from drumd.jam.dials import Dials
from drumd.timing.bars import BarPlace
from engine.music.notes import Metre, Pattern
from engine.music.wishes import FREE, Wishes

FILL = Wishes(fill=True)


def at(start):
    """A bar that begins there; it is long enough for all."""
    return BarPlace(start, 16.0, Metre())


class Deaf:
    """A player who plays nothing."""

    def cue(self, pattern, start):
        """Nothing to play."""

    def drop_from(self, start):
        """Nothing is cued."""

    def silence(self):
        """Nothing sounds."""


def test_the_drummer_is_reminded_of_the_last_eight_bars_of_its_own():
    groove = BarMaker(Deaf(), Dials())
    bars = [Pattern(beats=float(beats)) for beats in range(1, 12)]
    for bar in bars:
        groove.play(bar, FREE, at(0.0))
    assert list(groove.history) == bars[-8:]


def test_a_bar_asked_for_before_another_groove_was_wished_for_does_not_pull_it_back():
    groove = BarMaker(Deaf(), Dials())
    asked = groove.wishes()
    groove.regenerate()
    groove.answered(Pattern(), asked, at(0.0))
    groove.wishes()
    groove.play_again(Pattern(), at(4.0))  # the answer was late
    assert not groove.history
    asked = groove.wishes()
    groove.answered(Pattern(beats=3.0), asked, at(8.0))
    assert list(groove.history) == [Pattern(beats=3.0)]


def test_a_fill_is_asked_for_once():
    groove = BarMaker(Deaf(), Dials(Wishes(density=0.5)))
    groove.ask_fill()
    asked = groove.wishes()
    groove.play(Pattern(), asked, at(0.0))
    assert asked == Wishes(density=0.5, fill=True) and groove.wishes() == Wishes(density=0.5)


def test_a_first_bar_that_is_a_fill_is_not_the_bar_that_plays_again():
    groove = BarMaker(Deaf(), Dials())
    groove.play(Pattern(beats=3.0), FILL, at(0.0))
    assert groove.again is None and not groove.history
    plain = Pattern(beats=4.0)
    groove.play(plain, FREE, at(4.0))
    assert groove.again is plain


def test_a_fill_whose_bar_was_never_played_is_asked_for_again():
    groove = BarMaker(Deaf(), Dials(fill=True))
    assert groove.wishes().fill
    groove.play(Pattern(), FREE, at(0.0))  # the answer was late: the last bar again
    assert groove.wishes().fill
    groove.play(Pattern(), FILL, at(4.0))
    assert not groove.wishes().fill


def test_a_fill_is_not_the_bar_that_plays_again():
    groove = BarMaker(Deaf(), Dials())
    plain = Pattern(beats=4.0)
    groove.play(plain, FREE, at(0.0))
    groove.play(Pattern(beats=3.0), FILL, at(4.0))
    assert groove.again is plain and list(groove.history) == [plain]
