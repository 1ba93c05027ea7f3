"""Attends to the guests at the door between two steps of the jam. Runs on the main thread."""

from __future__ import annotations

from collections.abc import Callable

from drumd.jam.jam import Jam
from drumd.jam.picture import picture
from drumd.remote.door import Door
from drumd.remote.order import Order
from drumd.status.snapshot import Snapshot
from drumd.timing.clock import Clock

State = dict[str, object]


class Reception:
    """Does what guests ask for, and shows them how the jam stands."""

    def __init__(
        self,
        door: Door,
        jam: Jam,
        clock: Clock,
        *,
        snapshot: Callable[[], Snapshot],
        beside: Callable[[], State] = dict,
        obey: Callable[[Order], str | None] = lambda _: None,
    ) -> None:
        """`obey` does the orders that are not for the jam, and `beside` is shown beside it."""
        self._door, self._jam, self._clock = door, jam, clock
        self._snapshot, self._beside, self._obey_first = snapshot, beside, obey

    def step(self) -> None:
        for order in self._door.orders():
            self._obey(order)
        now = self._clock.now()
        if self._door.is_due(now):
            shown = picture(self._jam, self._snapshot(), now) | self._beside()
            self._door.show(now, shown, self._jam.played.take())

    def _obey(self, order: Order) -> None:
        try:
            said = self._obey_first(order)
            said = self._jam.obey(order) if said is None else said
        except ValueError as error:
            self._door.answer(order, str(error), done=False)
        else:
            self._door.answer(order, said)
        self._door.hurry()
