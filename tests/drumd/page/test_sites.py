"""Where the page is served."""

import socket

from drumd.page.sites import LOOPBACK, bind


def test_who_comes_before_the_page_is_served_waits():
    with bind(0, lan=False) as bound, socket.socket() as early:
        early.settimeout(5)
        early.connect((LOOPBACK, bound.getsockname()[1]))
        served, _ = bound.accept()
        served.close()


def test_a_port_that_is_taken_is_left_alone():
    with bind(0, lan=False) as first:
        taken = first.getsockname()[1]
        with bind(taken, lan=False) as second:
            assert second.getsockname()[1] != taken
