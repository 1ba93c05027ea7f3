"""A second peer of an Ableton Link session: does what it is told, and says where it is.

Commands, one a line: `tempo BPM`, `start`, `stop`, `leave`. It says its beat and tempo at a time
of the monotonic clock, every few milliseconds.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from link import Link

QUANTUM = 4.0


def main() -> None:
    peer = Link(float(sys.argv[1]))
    peer.startStopSyncEnabled = peer.enabled = True
    threading.Thread(target=_obey, args=(peer,), daemon=True).start()
    while True:
        before = time.perf_counter()
        micros = peer.clock().micros()
        after = time.perf_counter()
        if after - before < 2e-5:
            state = _state(peer, (before + after) / 2, micros)
            sys.stdout.write(json.dumps(state) + "\n")
            sys.stdout.flush()
        time.sleep(0.01)


def _state(peer: Link, now: float, micros: int) -> dict[str, Any]:
    session = peer.captureAppSessionState()
    return {
        "time": now,
        "beat": session.beatAtTime(micros, QUANTUM),
        "bpm": session.tempo(),
        "peers": peer.numPeers(),
        "playing": session.isPlaying(),
    }


def _obey(peer: Link) -> None:
    for line in sys.stdin:
        match line.split():
            case ["leave"]:
                peer.enabled = False
            case [command, *values]:
                session, now = peer.captureAppSessionState(), peer.clock().micros()
                if command == "tempo":
                    session.setTempo(float(values[0]), now)
                else:
                    session.setIsPlaying(command == "start", now)
                peer.commitAppSessionState(session)


if __name__ == "__main__":
    main()
