"""What the drummer says that it plays."""

import pytest

from drumd.status.told import NOTHING, Told, grooves_of, parts_of


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "idea 2 of 5: half-time rock, ride; part B",
            Told("idea 2 of 5: half-time rock, ride", "B"),
        ),
        ("the given groove", Told("the given groove")),
        ("", NOTHING),
    ],
)
def test_what_is_said_is_taken_apart_and_put_together_again(text, told):
    assert Told.of(text) == told and str(told) == text


def test_parts_are_told_as_they_come_and_each_groove_once():
    played = [Told("x", "A"), Told("y", "A"), Told("z"), Told("x", "B"), Told("x", "A")]
    assert parts_of(played) == "A, B, A" and grooves_of(played) == ["x", "y", "z"]
    assert parts_of([Told("x")]) == "" and grooves_of([NOTHING]) == []
