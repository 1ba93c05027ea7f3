"""What the process of the ears tells, and what it does when nobody listens."""

from multiprocessing import Pipe

from drumd.ears.ears_process import teller


def test_a_daemon_that_has_hung_up_is_told_no_more_and_no_thread_dies_of_it():
    ours, theirs = Pipe()
    tell = teller(theirs)
    tell("a stroke")
    assert ours.recv() == "a stroke"
    ours.close()
    for _ in range(3):
        tell("another")  # without care: BrokenPipeError
    assert theirs.poll()  # which is what ends the process
    theirs.close()
