"""A guest who asks the running jam for one thing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from drumd.errors import RemoteError
from drumd.remote import guest
from drumd.remote.door import Door
from drumd.remote.order import Order


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(guest, "runtime_folder", lambda: tmp_path)
    return tmp_path


def asked(door: Door, *, done: bool) -> list[str]:
    """What a guest hears who asks while somebody attends to the door."""
    heard = list[str]()

    def ask() -> None:
        try:
            heard.append(guest.ask("keep"))
        except RemoteError as error:
            heard.append(f"refused: {error}")

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive():
        for order in door.orders():
            assert order == Order("keep", None, order.id)
            door.say("other news")
            door.answer(order, "it is kept" if done else "there is nothing", done=done)
        thread.join(0.005)
    return heard


@pytest.mark.parametrize(
    ("done", "heard"), [(True, "it is kept"), (False, "refused: there is nothing")]
)
def test_what_the_jam_answers_is_heard(folder: Path, done: bool, heard: str) -> None:
    door = Door(folder)
    try:
        assert asked(door, done=done) == [heard]
    finally:
        door.close()


@pytest.mark.usefixtures("folder")
def test_without_a_jam_it_is_said() -> None:
    with pytest.raises(RemoteError, match="no jam runs"):
        guest.ask("keep")
