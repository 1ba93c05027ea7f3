"""The thread that sends hits on time and ends every note. Only this thread sends MIDI."""

from __future__ import annotations

import heapq
import threading
from collections import deque

import mido

from drumd.ports.port import OutputPort
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from engine.notes import Hit, Pattern

Sent = tuple[float, float, mido.Message]  # planned, sent, message


class Scheduler:
    """Plays cued patterns by the musical clock."""

    def __init__(
        self,
        port: OutputPort,
        clock: Clock,
        musical: MusicalClock,
        *,
        channel: int = 9,
        max_late_ms: float = 20.0,
        gate_ms: float = 80.0,
        latency_ms: float = 0.0,
        sent: deque[Sent] | None = None,
    ) -> None:
        self.sent: deque[Sent] = deque(maxlen=4096) if sent is None else sent
        self.played = 0
        self.late = 0
        self._port, self._clock, self._musical = port, clock, musical
        self._channel, self._max_late, self._gate = channel, max_late_ms / 1e3, gate_ms / 1e3
        self._latency = latency_ms / 1e3
        self._lock = threading.Lock()
        self._cued: list[tuple[float, int, Hit]] = []
        self._sounding: dict[int, float] = {}
        self._running = False
        self._thread: threading.Thread | None = None

    def cue(self, pattern: Pattern, start: float) -> None:
        with self._lock:
            for hit in pattern.hits:
                heapq.heappush(self._cued, (start + hit.beat, hit.drum, hit))

    def drop_from(self, beat: float) -> None:
        with self._lock:
            self._cued = [entry for entry in self._cued if entry[0] < beat]
            heapq.heapify(self._cued)

    def send_due(self) -> float | None:
        now = self._clock.now()
        with self._lock:
            self._end_due(now)
            line = self._musical.map
            while line and self._musical.rolling and self._cued:
                planned = line.time_of(self._cued[0][0]) - self._latency
                if planned > now:
                    break
                hit = heapq.heappop(self._cued)[2]
                if now - planned > self._max_late:
                    self.late += 1
                    continue
                self._strike(planned, now, hit)
            times = list(self._sounding.values())
            if line and self._musical.rolling and self._cued:
                times.append(line.time_of(self._cued[0][0]) - self._latency)
            return min(times, default=None)

    def _strike(self, planned: float, now: float, hit: Hit) -> None:
        if hit.drum in self._sounding:
            self._off(now, hit.drum)
        note = mido.Message("note_on", note=hit.drum, velocity=hit.velocity, channel=self._channel)
        self._port.send(note)
        self.sent.append((planned, now, note))
        self.played += 1
        self._sounding[hit.drum] = now + self._gate

    def _end_due(self, now: float) -> None:
        for drum, end in list(self._sounding.items()):
            if end <= now:
                self._off(end, drum)

    def _off(self, planned: float, drum: int) -> None:
        del self._sounding[drum]
        note = mido.Message("note_off", note=drum, channel=self._channel)
        self._port.send(note)
        self.sent.append((planned, self._clock.now(), note))

    def silence(self) -> None:
        with self._lock:
            for drum in list(self._sounding):
                self._off(self._clock.now(), drum)
            self._port.send(mido.Message("control_change", control=123, channel=self._channel))

    def start(self) -> None:
        self._running = True
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._running = False
        if self._thread:
            self._thread.join()
        self.silence()

    def _run(self) -> None:
        wait = threading.Event().wait
        while self._running:
            due = self.send_due()
            pause = 0.005 if due is None else min(0.005, due - self._clock.now())
            if pause > 0:
                wait(pause)
