"""Musical time: where the song is, and how sure we are of it."""

from drumd.timing.clock import Clock, ManualClock, MonotonicClock
from drumd.timing.counted import CountedTempo
from drumd.timing.free import FreeTempo
from drumd.timing.given import GivenTempo
from drumd.timing.host import HostClock
from drumd.timing.line import TimeMap
from drumd.timing.link import LinkTime
from drumd.timing.musical import MusicalClock
from drumd.timing.source import Source

__all__ = [
    "Clock",
    "CountedTempo",
    "FreeTempo",
    "GivenTempo",
    "HostClock",
    "LinkTime",
    "ManualClock",
    "MonotonicClock",
    "MusicalClock",
    "Source",
    "TimeMap",
]
