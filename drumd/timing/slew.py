"""How the musical clock gets from where it is to where its source says it should be."""

from __future__ import annotations

from drumd.timing.timeline import Timeline

BEND_S = 0.1  # a correction is spread over so long
QUICK = (0.3, 3.0)  # the pace of a bend at most, against the source's own
GENTLE = (0.8, 1.25)  # the same for a player, and when a source takes over


def bend(
    old: Timeline, timeline: Timeline, now: float, pace: tuple[float, float] = QUICK
) -> Timeline:
    """A line that goes on from where `old` is `now` and meets `timeline` in BEND_S seconds.

    A correction too large for that takes longer: time may drag or hurry, but never stands still.
    """
    beat = old.beat_at(now)
    error = timeline.beat_at(now) - beat
    if old is timeline or error == 0:
        return timeline
    bpm = timeline.bpm + error / BEND_S * 60
    slowest, fastest = pace
    return Timeline(now, beat, min(max(bpm, slowest * timeline.bpm), fastest * timeline.bpm))
