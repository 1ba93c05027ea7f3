"""The daemon's musical clock in a Link session; it says where it is each time it has looked."""

from __future__ import annotations

import json
import sys
import time

from drumd.timing.clock import MonotonicClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.link import LinkTime


def main() -> None:
    kind, clock = sys.argv[1], MonotonicClock()
    musical = musical_clock(kind, link=LinkTime(clock, lasting=kind == "link"))
    while True:
        musical.tick(clock.now())
        now, timeline = clock.now(), musical.timeline
        state = {
            "time": now,
            "beat": None if timeline is None else timeline.beat_at(now),
            "bpm": musical.bpm,
            "rolling": musical.rolling,
            "source": musical.source,
            "jumps": musical.jumps,
        }
        sys.stdout.write(json.dumps(state) + "\n")
        sys.stdout.flush()
        time.sleep(0.004)


if __name__ == "__main__":
    main()
