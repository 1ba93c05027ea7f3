"""The door: what guests are told and what they ask for; the daemon never waits for one."""

import json
import os
import stat

import pytest

from drumd.errors import RemoteError
from drumd.remote import places
from drumd.remote.door import LONGEST_LINE, MOST_WAITING, SHOW_S, Door
from drumd.remote.order import Order
from drumd.remote.places import connect, doors, runtime_folder


class Guest:
    """One at the door, who reads only when told to."""

    def __init__(self, door):
        self.socket = connect(door.file)
        self.socket.settimeout(5)
        self.socket.setsockopt(places.socket.SOL_SOCKET, places.socket.SO_RCVBUF, 65_536)
        self._lines = self.socket.makefile("rb")
        door.orders()  # lets it in

    def ask(self, line):
        self.socket.sendall(line)

    def hear(self):
        return json.loads(self._lines.readline())

    def close(self):
        self._lines.close()
        self.socket.close()


@pytest.fixture(params=["file", "loopback"])
def door(tmp_path, monkeypatch, request):
    if request.param == "loopback":
        monkeypatch.delattr("socket.AF_UNIX")
    elif not hasattr(places.socket, "AF_UNIX"):
        pytest.skip("no Unix sockets here")
    door = Door(tmp_path)
    yield door
    door.close()


@pytest.fixture
def guest(door):
    guest = Guest(door)
    door.orders()  # on loopback, the word
    yield guest
    guest.close()


def orders_of(door):
    """What was asked; a line may take a moment to arrive."""
    for _ in range(1000):
        if found := door.orders():
            return found
    return []


def test_a_guest_is_told_all_at_first_and_then_what_has_changed(door, guest):
    door.show(0.0, {"bpm": 120.0, "bar": 1}, {})
    door.show(1.0, {"bpm": 120.0, "bar": 2}, {"drums": [[0.5, "kick", 90]]})
    assert guest.hear() == {"jam": {"bpm": 120.0, "bar": 1}}
    assert guest.hear() == {"jam": {"bar": 2}, "drums": [[0.5, "kick", 90]]}


def test_one_who_comes_later_is_told_all(door):
    first = Guest(door)
    door.show(0.0, {"bpm": 120.0, "bar": 1}, {})
    later = Guest(door)
    door.orders()
    door.show(1.0, {"bpm": 120.0, "bar": 2}, {})
    assert later.hear() == {"jam": {"bpm": 120.0, "bar": 2}}
    later.close()
    first.close()


def test_what_is_asked_comes_with_its_name_value_and_id(door, guest):
    guest.ask(b'{"order": "fill"}\n{"order": "density", "value": 0.5, "id": "a"}\n')
    assert orders_of(door) == [Order("fill"), Order("density", 0.5, "a")]
    door.answer(Order("fill", id="b"), "fill: from bar 3")
    assert guest.hear() == {"answer": {"id": "b", "said": "fill: from bar 3", "done": True}}


@pytest.mark.parametrize(
    "line",
    [
        b"fill",
        b'{"order": 3}',
        b'{"order": ""}',
        b'{"order": "fill", "value": [1]}',
        b'{"order": "fill", "value": 1e300}',
        b'{"order": "fill", "value": NaN}',
        b'{"order": "fill", "code": "x"}',
        b"[" * 3000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_order_is_answered_so_and_not_done(door, guest, line):
    guest.ask(line + b'\n{"order": "fill"}\n')
    assert orders_of(door) == [Order("fill")]
    assert guest.hear()["answer"]["done"] is False


def test_a_guest_who_never_ends_a_line_is_sent_away(door, guest):
    guest.ask(b"x" * (LONGEST_LINE * 3))
    assert orders_of(door) == []
    door.show(0.0, {"bar": 1}, {})
    assert not door.is_due(1e9)  # nobody is there any more


def test_a_guest_who_does_not_read_holds_nobody_up_and_is_told_all_anew(door, guest):
    other, load = Guest(door), "x" * 50_000
    door.orders()
    seen = 0
    for bar in range(4 * MOST_WAITING // len(load) + 20):
        door.show(float(bar), {"bar": bar, "load": f"{load}{bar}", "same": "s"}, {})
        seen += other.hear()["jam"]["bar"] == bar
    assert seen == bar + 1  # the other one missed nothing
    bars = []
    while bars[-1:] != ["end"]:
        door.show(0.0, {"bar": "end", "same": "s"}, {})
        told = guest.hear()["jam"]
        bars.append(told.get("bar", bars[-1] if bars else None))
    assert len(bars) < bar and told["same"] == "s"  # some were dropped; then all came anew
    other.close()


def test_pictures_are_made_only_for_guests_and_at_once_when_something_was_done(door):
    assert not door.is_due(10.0)
    guest = Guest(door)
    assert door.is_due(10.0)
    door.show(10.0, {}, {})
    assert not door.is_due(10.0 + SHOW_S / 2) and door.is_due(10.0 + SHOW_S)
    door.hurry()
    assert door.is_due(10.0)
    guest.close()


def test_a_closed_door_leaves_nothing_and_that_of_a_dead_daemon_is_cleared_away(tmp_path):
    door = Door(tmp_path)
    assert doors(tmp_path) == [door.file]
    door.close()
    assert doors(tmp_path) == []
    dead = tmp_path / "1.json"
    dead.write_text('{"port": 1, "word": "x"}')
    door = Door(tmp_path)
    assert doors(tmp_path) == [door.file]
    door.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps such folders per user")
def test_the_door_is_in_a_folder_that_others_cannot_enter(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = runtime_folder()
    assert folder == tmp_path / "drumd" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    with pytest.raises(RemoteError, match="chmod 700"):
        runtime_folder()
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(RemoteError, match="not this user's own"):
        runtime_folder()


def test_on_loopback_nobody_comes_in_without_the_word(tmp_path, monkeypatch):
    monkeypatch.delattr("socket.AF_UNIX")
    door = Door(tmp_path)
    told = json.loads(door.file.read_text())
    stranger = places.socket.create_connection(("127.0.0.1", told["port"]))
    stranger.settimeout(5)
    stranger.sendall(b'wrong\n{"order": "fill"}\n')
    for _ in range(1000):
        assert door.orders() == []
    assert stranger.recv(100) == b""
    stranger.close()
    door.close()
