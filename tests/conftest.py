"""Fixtures that tests of all folders share."""

import pytest
from hypothesis import settings

from drumd.ports.fakes import RecordingPort
from drumd.timing.clock import ManualClock

settings.register_profile("drumd", deadline=None)  # a busy machine is no fault
settings.load_profile("drumd")


@pytest.fixture
def clock() -> ManualClock:
    """A clock that moves when a test moves it."""
    return ManualClock()


@pytest.fixture
def port(clock: ManualClock) -> RecordingPort:
    """An output that keeps what it was sent, with the time of `clock`."""
    return RecordingPort(clock)
