"""The musical clock in a real Ableton Link session with a second peer, in networks of their own."""

import json
import time
from bisect import bisect_left
from statistics import median

import mido
import pytest

from tests.support.guitar_file import guitar_file
from tests.support.link.harness import lonely, networks

pytestmark = [pytest.mark.link, pytest.mark.slow]

BPM, NEW_BPM = 104.0, 126.0
BAR_S = 4 * 60 / BPM
LOOK_S = 0.004  # the least between two looks of the follower: a busy machine gives it fewer
LOOKS = 100  # of the peer, a second's worth


@pytest.fixture
def room():
    with networks() as made:
        yield made


def beat_of(states, time):
    """The beat between two states, by a straight line; a beat is half a second or so."""
    place = bisect_left([state["time"] for state in states], time)
    a, b = states[place - 1 : place + 1]
    return a["beat"] + (b["beat"] - a["beat"]) * (time - a["time"]) / (b["time"] - a["time"])


def looks_within(follower, first, last):
    """How many seconds the follower took at most from one moment to another, by its looks."""
    return len(follower.between(first, last)) * LOOK_S


def off_ms(peer, follower, since, bpm):
    """How far the follower is off the peer's place in the bar, in ms, at each of its looks."""
    theirs = peer.looks(LOOKS, since=since)
    mine = follower.between(0.0, theirs[-1]["time"])
    beats = [beat_of(mine, state["time"]) - state["beat"] for state in theirs]
    return [abs((beat + 2) % 4 - 2) * 60e3 / bpm for beat in beats]


def test_tempo_and_phase_agree_and_a_change_of_tempo_is_followed_within_a_bar(room):
    peer, follower = room.peer(BPM), room.follower("link")
    joined = follower.until(lambda state: state["rolling"])["time"]
    off = off_ms(peer, follower, joined + 1, BPM)
    assert median(off) < 2.0 and sorted(off)[int(0.95 * len(off))] < 2.0
    assert follower.said[-1]["bpm"] == pytest.approx(BPM, abs=0.01)
    peer.tell(f"tempo {NEW_BPM}")
    told = peer.until(lambda state: state["bpm"] > BPM + 1)["time"]
    followed = follower.until(lambda state: abs((state["bpm"] or 0) - NEW_BPM) < 0.01)["time"]
    assert looks_within(follower, told, followed) < BAR_S
    off = off_ms(peer, follower, max(followed, told + BAR_S), NEW_BPM)
    assert median(off) < 2.0 and sorted(off)[int(0.95 * len(off))] < 2.0
    assert follower.said[-1]["jumps"] == 1 and follower.said[-1]["rolling"]


def test_start_and_stop_are_followed_and_the_song_starts_in_its_first_bar(room):
    peer, follower = room.peer(BPM), room.follower("link")
    joined = follower.until(lambda state: state["rolling"])["time"]
    peer.tell("start")
    playing = peer.until(lambda state: state["playing"], since=joined)["time"]
    peer.tell("stop")
    stopped = peer.until(lambda state: not state["playing"], since=playing)["time"]
    stands = follower.until(lambda state: not state["rolling"], since=stopped)["time"]
    assert looks_within(follower, stopped, stands) < 0.5
    assert follower.until(lambda state: not state["rolling"], since=stopped + 1)
    peer.tell("start")
    again = peer.until(lambda state: state["playing"], since=stopped + 1)["time"]
    first = follower.until(lambda state: state["rolling"], since=again - 0.2)
    assert looks_within(follower, again, first["time"]) < 0.5
    assert 0 <= first["beat"] - (first["time"] - again) * BPM / 60 < 4 + 1


def test_a_peer_that_leaves_leaves_its_tempo_going(room):
    peer, follower = room.peer(BPM), room.follower("link")
    joined = follower.until(lambda state: state["rolling"])["time"]
    peer.until(lambda state: state["peers"] == 1)
    peer.tell("leave")
    left = peer.until(lambda state: state["peers"] == 0, since=joined)["time"]
    off = off_ms(peer, follower, left + 1, BPM)  # the peer's own clock goes on too
    assert max(off) < 20.0
    after = follower.between(left, left + 3)
    assert all(state["rolling"] and state["bpm"] == pytest.approx(BPM, abs=0.01) for state in after)


def test_in_auto_the_players_notes_take_over_from_a_peer_that_leaves(room):
    peer, follower = room.peer(BPM), room.follower("auto")
    joined = follower.until(lambda state: state["source"] == "link" and state["rolling"])["time"]
    peer.until(lambda state: state["peers"] == 1)
    peer.tell("leave")
    taken = follower.until(lambda state: state["source"] == "free", since=joined)
    assert taken["rolling"] and taken["bpm"] == pytest.approx(BPM, abs=0.5)
    off = off_ms(peer, follower, taken["time"] + 1, BPM)
    assert max(off) < 20.0
    assert {state["jumps"] for state in follower.between(joined, taken["time"] + 3)} == {1}


def strokes(jam):
    """How many there are in a recording, which is whole whenever it is there."""
    if not jam.exists():
        return 0
    return sum(message.type == "note_on" for message in mido.MidiFile(jam).tracks[2])


def test_the_daemon_drums_at_the_peers_tempo(room, tmp_path):
    peer = room.peer(BPM)
    guitar, jam = guitar_file(tmp_path / "guitar.mid", bars=100), tmp_path / "jam.mid"
    ports = ["--in", str(guitar), "--out", str(jam), "--clock", "link", "--json"]
    with room.python("-m", "tests.support.listen", "Rock", *ports) as drumd:
        while drumd.poll() is None and strokes(jam) <= 20:
            time.sleep(0.5)
        drumd.terminate()
        told, said = drumd.communicate()
    assert json.loads(told)["hits"] > 20, said
    met = peer.until(lambda state: state["peers"] == 1)["time"]
    peer.until(lambda state: state["peers"] == 0, since=met)  # drumd has left
    tempi = [m.tempo for m in mido.MidiFile(jam).tracks[0] if m.type == "set_tempo"]
    assert mido.tempo2bpm(median(tempi)) == pytest.approx(BPM, abs=0.05)


def test_peers_of_one_machine_meet_on_its_loopback():
    with networks(lonely) as room:
        peer, follower = room.peer(BPM), room.follower("link")
        joined = follower.until(lambda state: state["rolling"])["time"]
        assert median(off_ms(peer, follower, joined + 1, BPM)) < 20.0
        assert follower.said[-1]["bpm"] == pytest.approx(BPM, abs=0.01)
