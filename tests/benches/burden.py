"""What a process holds: threads, handles, memory."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Burden:
    """What a process holds, or what one holds more than another."""

    threads: int
    handles: int
    megabytes: float

    @classmethod
    def of(cls, pid: int) -> Burden:
        process = psutil.Process(pid)
        memory = process.memory_info().rss / 2**20
        return cls(process.num_threads(), process.num_fds(), memory)

    def __sub__(self, other: Burden) -> Burden:
        return Burden(
            self.threads - other.threads,
            self.handles - other.handles,
            self.megabytes - other.megabytes,
        )
