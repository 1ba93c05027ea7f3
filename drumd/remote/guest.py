"""A guest who asks one thing of the running daemon, and waits for the answer."""

from __future__ import annotations

import json
import socket
import time

from drumd.errors import RemoteError
from drumd.remote.order import Order, Value
from drumd.remote.places import connect, doors, runtime_folder

WAIT_S = 5.0
NOBODY = "no jam runs: start one with drumd listen"
LONGEST = 1 << 20  # bytes of a line of the daemon's


def ask(name: str, value: Value = None) -> str:
    """Give an order to the jam that was begun last, and return what is said; or a RemoteError."""
    for door in doors(runtime_folder()):
        try:
            guest = connect(door)
        except OSError:
            continue  # its daemon has gone
        with guest:
            return _asked(guest, Order(name, value, "ask"))
    raise RemoteError(NOBODY)


def _asked(guest: socket.socket, order: Order) -> str:
    try:
        guest.settimeout(WAIT_S)
        guest.sendall(order.line())
        told = _answer(guest, order.id)
    except (OSError, ValueError) as error:
        raise RemoteError(f"the jam does not answer ({error})") from error
    if not told.get("done"):
        raise RemoteError(str(told.get("said")))
    return str(told.get("said"))


def _answer(guest: socket.socket, wanted: str) -> dict[str, object]:
    give_up = time.monotonic() + WAIT_S
    with guest.makefile("rb") as lines:
        while time.monotonic() < give_up and (line := lines.readline(LONGEST)):
            answer = json.loads(line).get("answer")
            if isinstance(answer, dict) and answer.get("id") == wanted:
                return answer
    raise OSError("it went away")
