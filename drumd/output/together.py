"""Two outputs as one: the port that a DAW records, and the speakers beside it.

Each keeps its own fate: while one is away the other goes on. Belongs to the thread that made it;
only `send` is called from another one, the scheduler's.
"""

from __future__ import annotations

import mido

from drumd.errors import PortLostError
from drumd.output.punctual import Punctual
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.ports.base import Handed
from drumd.ports.reconnecting import SteadyOutput
from drumd.timing.clock import Clock
from drumd.timing.transport_place import TransportPlace


class Together:
    """Sends everything through the first output and the one beside it, at the same moment."""

    def __init__(
        self,
        first: SteadyOutput,
        beside: SteadyOutput,
        clock: Clock,
        *,
        thread: ThreadMaker = RealtimeThread,
    ) -> None:
        self.name = f"{first.name} and {beside.name}"
        self._first, self._beside = first, beside
        self._punctual = Punctual(first, clock, lambda: beside.ahead_s, thread=thread)

    @property
    def ahead_s(self) -> float:
        return self._punctual.ahead_s

    @property
    def waiting(self) -> str | None:
        away = [port.waiting for port in (self._first, self._beside) if port.waiting]
        return " and ".join(away) or None

    @property
    def failed(self) -> int:
        return self._first.failed + self._beside.failed

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        """Send through both; a PortLostError only where neither is there."""
        taken, problem = list[Handed](), None
        for port in (self._punctual, self._beside):
            try:
                taken.append(port.send(message, at))
            except PortLostError as error:
                problem = error
        if not taken:
            raise PortLostError(str(problem)) from problem
        return taken[0] if len(taken) == 1 else _Both(taken[0], taken[1])

    def transport(self) -> TransportPlace | None:
        return self._first.transport()

    def look_after(self) -> str | None:
        news = [said for port in (self._first, self._beside) if (said := port.look_after())]
        return "; ".join(news) or None

    def close(self) -> None:
        self._punctual.close()
        self._first.close()
        self._beside.close()


class _Both(Handed):
    """One message on its way through both; it can be had back while neither has sent it."""

    __slots__ = ("_ways",)

    def __init__(self, first: Handed, beside: Handed) -> None:
        super().__init__(first.at)
        self._ways = first, beside

    @property
    def gone(self) -> bool:
        return any(way.gone for way in self._ways)

    def let_go(self) -> bytes | None:
        if self.gone:
            return None
        data, _ = (way.let_go() for way in self._ways)
        return data
