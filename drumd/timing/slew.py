"""How the musical clock gets from where it is to where its source says it should be."""

from __future__ import annotations

from drumd.timing.timeline import TimeMap

BEND_S = 0.1  # a correction is spread over so long
QUICK = (0.3, 3.0)  # the pace of a bend at most, against the source's own
GENTLE = (0.8, 1.25)  # the same for a player, and when a source takes over


def bend(old: TimeMap, line: TimeMap, now: float, pace: tuple[float, float] = QUICK) -> TimeMap:
    """A line that goes on from where `old` is `now` and meets `line` in BEND_S seconds.

    A correction too large for that takes longer: time may drag or hurry, but never stands still.
    """
    beat = old.beat_at(now)
    error = line.beat_at(now) - beat
    if old is line or error == 0:
        return line
    bpm = line.bpm + error / BEND_S * 60
    slowest, fastest = pace
    return TimeMap(now, beat, min(max(bpm, slowest * line.bpm), fastest * line.bpm))
