"""Fixtures that tests of all folders share."""

import os
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from drumd.ports.fakes import RecordingPort
from drumd.timing.clock import ManualClock
from tests.support.realtime import RunAgain
from tests.support.stalls import StallMeter

# A busy machine is no fault; examples are the same in each run, `make fuzz` tries others.
SLOW = [HealthCheck.too_slow]
settings.register_profile("drumd", deadline=None, derandomize=True, suppress_health_check=SLOW)
settings.load_profile("drumd")


os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's: tests run side by side, one a core


def pytest_configure(config: pytest.Config) -> None:
    meter = StallMeter()
    config.pluginmanager.register(RunAgain(meter.worst_s))
    config.add_cleanup(meter.close)
    nobodys = TemporaryDirectory()  # the settings of who runs the tests are not what is tested
    os.environ["XDG_CONFIG_HOME"] = nobodys.name
    config.add_cleanup(nobodys.cleanup)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that moves when a test moves it."""
    return ManualClock()


@pytest.fixture
def port(clock: ManualClock) -> RecordingPort:
    """An output that keeps what it was sent, with the time of `clock`."""
    return RecordingPort(clock)
