"""Five ideas: the best first, and each other than those before it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.grooves.ideas import IDEAS, LIFT, MOST_ALIKE, choose_ideas, worth_of

NONE = np.zeros(6)  # nothing is taken off for what any guitar would be answered with


def chances(*weights):
    return np.array(weights) / sum(weights)


def test_the_groove_to_be_hoped_for_most_comes_first():
    alike = np.eye(6)
    hope = np.array([0.1, 0.2, 0.9, 0.3, 0.2, 0.1])
    assert choose_ideas(chances(1, 1, 1, 1, 1, 1), hope, alike, NONE)[0] == 2
    assert choose_ideas(chances(9, 1, 1, 1, 1, 1), np.full(6, 0.5), alike, NONE)[0] == 0


def test_a_second_idea_is_not_the_first_one_over_again():
    alike = np.array([[1, 0.95, 0.2], [0.95, 1, 0.2], [0.2, 0.2, 1]])
    hope = np.array([0.6, 0.59, 0.2])
    assert choose_ideas(chances(5, 4, 1), hope, alike, NONE[:3], count=2) == [0, 2]


def test_those_that_are_too_alike_come_last_where_nothing_else_is_left():
    alike = np.array([[1, 0.95, 0.2], [0.95, 1, 0.2], [0.2, 0.2, 1]])
    assert choose_ideas(chances(5, 4, 1), np.array([0.6, 0.59, 0.2]), alike, NONE[:3]) == [0, 2, 1]


def test_the_next_idea_is_the_one_that_is_likeliest_where_the_others_fail():
    alike = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    assert choose_ideas(chances(5, 1, 3, 2), np.zeros(4), alike, NONE[:4]) == [0, 2, 3, 1]


def test_a_small_book_offers_what_it_has():
    assert choose_ideas(chances(1, 2), np.array([0.1, 0.2]), np.eye(2), NONE[:2]) == [1, 0]
    assert choose_ideas(np.ones(1), np.ones(1), np.eye(1), NONE[:1]) == [0]


@given(st.integers(1, 12), st.integers(0, 99))
def test_ideas_are_as_many_as_there_are_up_to_five_and_differ_where_they_can(size, seed):
    rng = np.random.default_rng(seed)
    struck = (rng.random((size, 12)) < 0.4).astype(float)
    total = struck.sum(axis=1)
    alike = 2 * struck @ struck.T / np.maximum(1, total[:, None] + total)
    np.fill_diagonal(alike, 1)
    ideas = choose_ideas(
        rng.dirichlet(np.ones(size)), rng.random(size), alike, rng.dirichlet(np.ones(size))
    )
    assert len(ideas) == len(set(ideas)) == min(IDEAS, size)
    for number in range(1, len(ideas)):
        close = alike[:, ideas[:number]].max(axis=1)
        if close[ideas[number]] > MOST_ALIKE:
            assert close.min() > MOST_ALIKE, "an idea that differs more was passed over"


def test_what_is_expected_of_any_guitar_counts_for_less():
    alike, even = np.eye(2), np.full(2, 0.5)
    usual = np.array([0.9, 0.1])
    assert choose_ideas(chances(51, 49), even, alike, np.zeros(2))[0] == 0
    assert choose_ideas(chances(51, 49), even, alike, usual)[0] == 1
    assert choose_ideas(chances(95, 5), even, alike, usual)[0] == 0


def test_the_worth_of_a_groove_is_half_what_is_hoped_and_half_what_is_expected():
    alike = np.array([[1, 0.5], [0.5, 1]])
    worth = worth_of(np.array([0.8, 0.2]), np.array([0.6, 0.4]), alike, np.array([0.4, 0.6]))
    lifted = np.array([0.8 - LIFT * 0.4, 0.2 - LIFT * 0.6])
    assert np.allclose(worth, [(0.6 + lifted @ [1, 0.5]) / 2, (0.4 + lifted @ [0.5, 1]) / 2])
