"""What is asked for from outside: the name of a setting, and a value where it takes one.

An order is a line of JSON, `{"order": "fill"}` or `{"order": "density", "value": 0.6, "id": "a1"}`.
The names are those of the settings of `listen` (`drumd.controls`); what each does is for the one
who obeys to know, who says in words what it did. That comes back with the order's `id`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite

Value = bool | float | str | None

LONGEST_NAME = 40
LONGEST_VALUE = 400  # letters


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to do."""

    name: str
    value: Value = None
    id: str = ""  # what the answer is known by

    @classmethod
    def of_line(cls, line: str | bytes) -> Order:
        """The order that a line tells; a ValueError says why it is none."""
        try:
            told = json.loads(line)
        except RecursionError as error:
            raise ValueError("an order is no nest") from error
        if not isinstance(told, dict) or not told.keys() <= {"order", "value", "id"}:
            raise ValueError('an order is written like {"order": "fill"}')
        name, value, number = told.get("order"), told.get("value"), told.get("id", "")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            raise ValueError("an order has a name")
        if not isinstance(number, str) or len(number) > LONGEST_NAME:
            raise ValueError("the id of an order is a short text")
        return cls(name, _checked(value), number)

    def line(self) -> bytes:
        """The order as it is sent."""
        told = {"order": self.name, "value": self.value, "id": self.id}
        return json.dumps(told, separators=(",", ":")).encode() + b"\n"

    @property
    def on(self) -> bool:
        """The value of what is on or off; a ValueError for any other."""
        if isinstance(self.value, bool):
            return self.value
        raise ValueError(f"{self.name} takes true or false")

    @property
    def number(self) -> float:
        """The value of what is a number; a ValueError for any other."""
        if isinstance(self.value, float | int) and not isinstance(self.value, bool):
            return float(self.value)
        raise ValueError(f"{self.name} takes a number")

    @property
    def text(self) -> str:
        """The value of what is a text; a ValueError for any other."""
        if isinstance(self.value, str):
            return self.value
        raise ValueError(f"{self.name} takes a text")


def _checked(value: object) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float | int) and abs(value) <= 1e9 and isfinite(value):
        return float(value)
    if isinstance(value, str) and len(value) <= LONGEST_VALUE:
        return value
    raise ValueError("the value of an order is a short text, a number, true, false or null")
