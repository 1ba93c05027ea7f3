"""What the drummer has played, and what it still owes the player."""

from drumd.jam.dials import Dials
from drumd.jam.groove import Groove
from engine.music.notes import Pattern
from engine.music.wishes import FREE, Wishes

FILL = Wishes(fill=True)


class Deaf:
    """A player who plays nothing."""

    def cue(self, pattern, start):
        """Nothing to play."""

    def drop_from(self, start):
        """Nothing is cued."""

    def silence(self):
        """Nothing sounds."""


def test_a_fill_is_asked_for_once():
    groove = Groove(Deaf(), Dials(Wishes(density=0.5)))
    groove.ask_fill()
    asked = groove.wishes()
    groove.play(Pattern(), asked, 0.0)
    assert asked == Wishes(density=0.5, fill=True) and groove.wishes() == Wishes(density=0.5)


def test_a_first_bar_that_is_a_fill_is_not_the_bar_that_plays_again():
    groove = Groove(Deaf(), Dials())
    groove.play(Pattern(beats=3.0), FILL, 0.0)
    assert groove.again is None and not groove.history
    plain = Pattern(beats=4.0)
    groove.play(plain, FREE, 4.0)
    assert groove.again is plain


def test_a_fill_whose_bar_was_never_played_is_asked_for_again():
    groove = Groove(Deaf(), Dials(fill=True))
    assert groove.wishes().fill
    groove.play(Pattern(), FREE, 0.0)  # the answer was late: the last bar again
    assert groove.wishes().fill
    groove.play(Pattern(), FILL, 4.0)
    assert not groove.wishes().fill


def test_a_fill_is_not_the_bar_that_plays_again():
    groove = Groove(Deaf(), Dials())
    plain = Pattern(beats=4.0)
    groove.play(plain, FREE, 0.0)
    groove.play(Pattern(beats=3.0), FILL, 4.0)
    assert groove.again is plain and list(groove.history) == [plain]
