"""An input port that hears: `--in audio`, `--in "audio:NAME"`, `--in riff.wav`.

The sound is heard in a process of its own (see `ears_process`), which tells strokes and notes
through a pipe. An `EarsInput` belongs to the thread that opened it and never waits for the process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import mido

from drumd.config import AS_IT_COMES, Hearing, is_audio_file
from drumd.ears.told import DRUM, Ended, Failed, Kind, Opened, Said, Save, Told
from drumd.errors import PortError
from drumd.ports.base import Heard, Level, Muted, Onset, Place
from drumd.timing.clock import Clock

API = "audio"
OPENED_S = 20.0
END_S, SAVED_S = 1.0, 10.0  # that its end is waited for, and if it writes a file


class EarsInput:
    """Hands over what the ears tell, stamped with when it sounded."""

    def __init__(
        self,
        name: str,
        clock: Clock,  # noqa: ARG002 (the process stamps on the same clock)
        *,
        api: str = "auto",
        again: Place | None = None,
        hearing: Hearing = AS_IT_COMES,
    ) -> None:
        live = not is_audio_file(name)
        self._latency_s = hearing.latency_ms / 1e3 if live else 0.0
        self._hears_drums = live and hearing.open_mic
        self.failed, self.ended = 0, False
        self.level: Level | None = None
        self.said, self._saving = list[str](), 0
        self._gone: str | None = None
        other = again.other if again else None
        self._start((name, api, hearing, other))
        opened = self._await_opened()
        self.name, self.place = opened.name, Place(API, opened.other)

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def poll(self) -> Iterator[Heard]:
        """What has been told since the last call, in the order of the telling."""
        with suppress(EOFError, OSError):
            while self._gone is None and not self.ended and self._pipe.poll():
                match self._pipe.recv():
                    case Told() as told:
                        yield told.time - self._latency_s, _message(told)
                    case Level() as level:
                        self.level = level
                    case Said(text):
                        self._saving -= 1
                        self.said += [text] if text else []
                    case Ended():
                        self.ended = True
                    case Failed(reason):
                        self._gone = reason

    def save(self, path: Path, start: float, end: float) -> None:
        """Let the sound between two moments become a file; what became of it is said later.

        May be called by another thread than the owner's, but by one at a time.
        """
        with suppress(OSError):
            self._saving += 1
            self._pipe.send(Save(str(path), start + self._latency_s, end + self._latency_s))

    def drum(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds then, and a microphone that is open to them hears it."""
        if self._hears_drums:
            with suppress(OSError):  # they do not read, or have died: nothing may wait for them
                self._drums.send_bytes(DRUM.pack(time, key, velocity))

    def lost(self) -> str | None:
        """Why nothing is heard any more, or None."""
        if self._gone is None and not self.ended and not self._process.is_alive():
            self._gone = "the process that hears has died"
        return self._gone

    def close(self) -> None:
        self._gone = self._gone or "the ears are closed"
        self._pipe.close()
        self._drums.close()
        self._process.join(SAVED_S if self._saving else END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _start(self, wanted: tuple[object, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        drums, self._drums = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(theirs, drums, wanted), name="ears", daemon=True
        )
        self._process.start()
        theirs.close()
        drums.close()
        with suppress(OSError, AttributeError):  # Windows: its pipes hold 8 kB before they wait
            os.set_blocking(self._drums.fileno(), False)

    def _await_opened(self) -> Opened:
        answer: object = Failed(f"the ears were not ready within {OPENED_S:g} s")
        try:
            if self._pipe.poll(OPENED_S):
                answer = self._pipe.recv()
        except (EOFError, OSError):
            answer = Failed("the process that hears died as it began")
        if isinstance(answer, Opened):
            return answer
        self.close()
        raise PortError(answer.reason if isinstance(answer, Failed) else str(answer))


def _message(told: Told) -> mido.Message | Onset | Muted:
    match told.kind:
        case Kind.MUTED:
            return Muted(told.pitch, told.velocity)
        case Kind.NOTE_ON:
            return mido.Message("note_on", note=told.pitch, velocity=told.velocity)
        case Kind.NOTE_OFF:
            return mido.Message("note_off", note=told.pitch)
    return Onset(told.velocity)


def _serve(pipe: Connection, drums: Connection, wanted: tuple[object, ...]) -> None:
    """Run the process; only there are numpy and the network imported, on one core."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read as they are imported
    from drumd.ears.ears_process import serve
    from drumd.ears.sources.opening import Wanted

    serve(pipe, drums, Wanted(*wanted))  # type: ignore[arg-type]
