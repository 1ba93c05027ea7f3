"""The ports that are there, to choose among while the jam runs.

A `PortChoice` belongs to the main thread. It looks aside, since a server may take its time.
"""

from __future__ import annotations

from collections.abc import Callable

from drumd.errors import PortError
from drumd.ports.base import PortList
from drumd.ports.names import OWN, same_place
from drumd.ports.reconnecting import ONE_AT_A_TIME, Aside, in_thread

INPUT, OUTPUT = "in", "out"


class PortChoice:
    """Knows which ports there were when it looked last."""

    def __init__(self, list_ports: Callable[[], PortList], *, aside: Aside = in_thread) -> None:
        self._list, self._aside = list_ports, aside
        self._found = PortList((), (), "")  # replaced whole by the job aside
        self._looking = False

    @property
    def names(self) -> dict[str, list[str]]:
        """By side, without our own."""
        sides = {INPUT: self._found.inputs, OUTPUT: self._found.outputs}
        return {
            side: [name for name in names if not name.startswith(OWN)]
            for side, names in sides.items()
        }

    def look(self) -> None:
        """Look for what is there now."""
        if not self._looking:
            self._looking = True
            self._aside(self._look)

    def check(self, side: str, name: str, other: str) -> None:
        """A ValueError says why that one cannot be chosen beside `other`, of the other side."""
        if name not in self.names[side]:
            raise ValueError(f"there is no port {name!r}: look again")
        if same_place(name, other):
            raise ValueError(f"{name!r} is both in and out then: the drummer would hear itself")

    def _look(self) -> None:
        try:
            with ONE_AT_A_TIME:
                self._found = self._list()
        except PortError:
            self._found = PortList((), (), "")
        finally:
            self._looking = False
