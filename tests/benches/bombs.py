"""Small files that ask for much, as a table: python -m tests.benches.bombs [--only NAME].

Each is given to every command that reads MIDI, in a process of its own. It must be refused in a
sentence or done, within MOST_S of work and MOST_MB; `listen` is done when it says that it is ready.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from drumd.recording.moment import Moment

MOST_S, MOST_MB = 10.0, 500
GIVE_UP_S = 300.0  # on a busy machine
TICKS = 480
BEAT = b"\x90\x28\x5a\x83\x60\x80\x28\x00"  # a note of 480 ticks
ROW = "{:<34}{:<12}{:<10}{:>8}{:>8}  {}"


def variable(value: int) -> bytes:
    """A wait in as many bytes as it needs, even where the format allows four."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def file(*tracks: bytes, declared: int | None = None) -> bytes:
    """A file of these tracks, with what `drumd report` looks for in the first."""
    text = Moment("host", 1.0, (0.1,)).to_text().encode()
    about = b"\x00\xff\x01" + variable(len(text)) + text + b"\x00\xff\x03\x06Guitar\x00\xc0\x1b"
    head = b"MThd\0\0\0\6\0\1" + (len(tracks) if declared is None else declared).to_bytes(2, "big")
    bodies = [about + tracks[0], *tracks[1:]]
    chunks = [b"MTrk" + len(body).to_bytes(4, "big") + body for body in bodies]
    return head + TICKS.to_bytes(2, "big") + b"".join(chunks)


def beats(number: int) -> bytes:
    return (b"\x00" + BEAT) * number + b"\x00\xff\x2f\x00"


def many_notes() -> bytes:
    return file((b"\x00\x90" + b"\x28\x5a\x01\x28\x00\x00" * 10_000_000)[:-1])


def dense_notes() -> bytes:
    """As many as fit into the bytes that are read."""
    return file((b"\x00\x90" + b"\x28\x5a\x01\x28\x00\x00" * 2_600_000)[:-1])


def one_instant() -> bytes:
    """Notes, as many as are allowed, all at once."""
    return file((b"\x00\x90" + b"\x28\x5a\x00" * 190_000)[:-1] + b"\x83\x60\x80\x28\x00")


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "wait": ("a wait of 2^31 ticks", lambda: file(beats(8)[:-4] + variable(2**31) + beats(8)[1:])),
    "long wait": (
        "a wait of 2^28 - 1 ticks",
        lambda: file(beats(8)[:-4] + variable(2**28 - 1) + beats(8)[1:]),
    ),
    "notes": ("ten million notes, 60 MB", many_notes),
    "dense": ("2,600,000 notes, 15.6 MB", dense_notes),
    "instant": ("190,000 notes at once", one_instant),
    "tempo": ("a tempo of 1 us", lambda: file(b"\x00\xff\x51\x03\x00\x00\x01" + beats(64))),
    "declared": ("65,535 tracks declared, one there", lambda: file(beats(64), declared=65_535)),
    "tracks": ("65,535 tracks there", lambda: file(*[beats(1)] * 65_535)),
    "hours": ("a song of 20 hours", lambda: file(beats(20 * 3600 * 2))),
    "slow": (
        "20 hours in 64 beats",
        lambda: file(b"".join(b"\x00\xff\x51\x03\xff\xff\xff" + variable(480 * 100) + BEAT
                              for _ in range(64)) + b"\x00\xff\x2f\x00"),
    ),
    "metres": (
        "60,000 changes of metre",
        lambda: file(b"".join(b"\x01\xff\x58\x04\x04\x02\x18\x08" for _ in range(60_000))
                     + beats(8)),
    ),
    "text": (
        "a name of 10 MB",
        lambda: file(b"\x00\xff\x03" + variable(10**7) + b"\x1b" * 10**7 + beats(64)),
    ),
}  # fmt: skip

COMMANDS: dict[str, Callable[[Path, Path], list[str]]] = {
    "generate": lambda song, out: ["generate", str(song), "-o", str(out / "drums.mid")],
    "listen --in": lambda song, out: [
        "listen", "--in", str(song), "--out", str(out / "jam.mid"), "--json",
    ],
    "prepare": lambda song, out: ["prepare", str(song.parent), "-o", str(out / "corpus")],
    "report": lambda song, out: ["report", str(song), "-o", str(out / "page.html")],
}  # fmt: skip


def blow(name: str, command: str) -> tuple[str, bool]:
    """A row of the table, and whether all is as it should be."""
    title, make = BOMBS[name]
    with tempfile.TemporaryDirectory() as place:
        songs, out = Path(place) / "songs", Path(place) / "out"
        songs.mkdir()
        out.mkdir()
        song = songs / "song.mid"
        song.write_bytes(make())
        status, seconds, megabytes, said = _run(COMMANDS[command](song, out))
    done = {0: "done", 1: "refused"}.get(status, f"ends with {status}")
    fine = status in (0, 1) and seconds <= MOST_S and megabytes <= MOST_MB
    fine = fine and "Traceback" not in said
    last = (said.strip().splitlines() or [""])[-1].replace(str(song), "song.mid")
    return ROW.format(title, command, done, f"{seconds:.1f}", f"{megabytes:.0f}", last[:90]), fine


def _run(arguments: Sequence[str]) -> tuple[int, float, float, str]:
    """Exit status, seconds of work, megabytes at the most, and what was said."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "drumd", *arguments], stdout=said, stderr=said
        )
        give_up, ready = time.monotonic() + GIVE_UP_S, arguments[0] != "listen"
        most = 0.0
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            most = max(most, _most_held(process.pid))
            time.sleep(0.02)
            if not ready and b"ready" in os.pread(said.fileno(), 10_000, 0):
                ready = True
                process.send_signal(signal.SIGTERM)  # it would play the song in its own time
            if time.monotonic() > give_up:
                process.kill()
        _, status, used = ended
        process.returncode = code = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    stopped = arguments[0] == "listen" and ready and code == 0
    return code, used.ru_utime + used.ru_stime, most, "ready" if stopped else text


def _most_held(pid: int) -> float:
    """Megabytes; what `wait4` tells counts those of the process that it was forked from too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0


def main() -> int:
    """Prints a row for each bomb and command; 1 if one did harm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BOMBS, action="append")
    harm = 0
    print(ROW.format("bomb", "command", "", "work, s", "MB", "said"))  # noqa: T201
    for name in parser.parse_args().only or BOMBS:
        for command in COMMANDS:
            text, fine = blow(name, command)
            harm += not fine
            print(text + ("" if fine else "  HARM"), flush=True)  # noqa: T201
    print(f"{harm} did harm")  # noqa: T201
    return int(harm > 0)


if __name__ == "__main__":
    sys.exit(main())
