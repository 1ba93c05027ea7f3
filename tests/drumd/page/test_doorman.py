"""Who may come in to the page."""

import pytest

from drumd.page.doorman import TRIES, TRIES_S, Doorman


@pytest.mark.parametrize("host", ["127.0.0.1:8722", "localhost:8722", "[::1]:8722", "LOCALHOST"])
def test_the_page_answers_to_loopback(host):
    assert Doorman("c").knows_host(host) and Doorman("c", lan=True).knows_host(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:8722", "192.168.1.5:8722", "127.0.0.1.evil.example"]
)
def test_on_loopback_it_answers_to_no_other_name(host):
    assert not Doorman("c").knows_host(host)


def test_in_the_network_it_answers_to_addresses_but_to_no_strange_name():
    doorman = Doorman("c", lan=True)
    assert doorman.knows_host("192.168.1.5:8722") and doorman.knows_host("[fe80::1]:8722")
    assert not doorman.knows_host("evil.example:8722")


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", "https://127.0.0.1:8722", "http://127.0.0.1:8723"],
)
def test_only_a_page_of_its_own_may_speak_to_it(origin):
    doorman = Doorman("c")
    assert doorman.knows_origin("http://127.0.0.1:8722", "127.0.0.1:8722")
    assert not doorman.knows_origin(origin, "127.0.0.1:8722")
    assert not doorman.knows_origin("http://evil.example", "evil.example")


def test_the_code_of_the_network_may_be_typed_as_people_type():
    assert Doorman("K7QF2M9X", lan=True).admits(" k7qf-2m9x ")
    assert not Doorman("K7QF2M9X").admits("k7qf2m9x")
    assert not Doorman("K7QF2M9X", lan=True).admits(None)


def test_after_too_many_wrong_codes_even_the_right_one_waits():
    now = [0.0]
    doorman = Doorman("right", now=lambda: now[0])
    assert [doorman.admits("wrong") for _ in range(TRIES)] == [False] * TRIES
    assert not doorman.admits("right")
    now[0] = TRIES_S + 1
    assert doorman.admits("right")
