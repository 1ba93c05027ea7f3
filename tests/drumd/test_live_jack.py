"""`drumd listen` as a process on a real JACK server, with a sample-accurate guitarist and host."""

from collections import Counter
from functools import partial

import mido
import psutil
import pytest

from drumd.timing.bars import Bars
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import COMMON_TIME, Metre
from tests.support import drummers
from tests.support.jack.harness import JackGuitarist, clock_events, jack_server, started_again
from tests.support.jack.jam import listening, match, play, riff, song, sounding, strokes
from tests.support.jack.master import JackMaster

pytestmark = [pytest.mark.jack, pytest.mark.slow]

BPM = 180.0
BAR_S = 4 * 60 / BPM
WALTZ = Bars.of(Metre(3, 4))
PATIENT = ("--max-late-ms", "100")  # on a machine that is busy with more than this test


@pytest.fixture(scope="module")
def server():
    with jack_server() as running:
        yield running


def recorded_strokes(path):
    """(beat, drum) of the drum track of a recording."""
    file, tick, found = mido.MidiFile(path), 0, []
    for message in file.tracks[2]:
        tick += message.time
        if message.type == "note_on":
            found.append((tick / file.ticks_per_beat, message.note))
    return found


def drummer_of(jam):
    """The drummer's process of a daemon: the one that is polite."""
    children = psutil.Process(jam.process.pid).children(recursive=True)
    (drummer,) = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    return drummer


def test_every_hit_comes_once_where_clock_and_pattern_put_it_and_is_recorded_so(server, tmp_path):
    record, want = tmp_path / "session.mid", drummers.bars_of(drummers.Shifted, 1, 6)
    with listening(server, *PATIENT, "--record", str(record), drummer="Shifted") as jam:
        play(jam, BPM, beats=24)
        heard = strokes(jam, BPM)
        report = jam.end()
    _, lost, extra = match(heard, want)
    assert not lost
    assert all(beat > 23.8 for beat, _ in extra)  # where the host stopped
    assert report["hits"] == len(heard) and not report["late"]
    recorded = recorded_strokes(record)
    assert Counter(drum for _, drum in recorded) == Counter(drum for _, drum in heard)
    errors, lost, _ = match(recorded, want)
    assert not lost and max(map(abs, errors)) < 0.05


def test_sigterm_ends_every_note(server):
    with listening(server, *PATIENT) as jam:
        jam.guitarist.play(song(BPM, 16))
        jam.await_stroke()
        report = jam.end()
        jam.await_silence()
        assert report["reason"] == "told to end" and jam.process.returncode == 0
        assert strokes(jam, BPM) and not sounding(jam)


def test_drums_end_with_the_host_and_come_again_with_it(server):
    pause = 3 * BAR_S
    again = [(seconds + 2 * BAR_S + pause, data) for seconds, data in song(BPM, 8)]
    with listening(server, *PATIENT) as jam:
        jam.guitarist.play([*song(BPM, 8), *again])
        jam.guitarist.wait(tail=0.3)
        jam.await_silence()
        bars = {int(beat // 4) for beat, _ in strokes(jam, BPM) if beat % 4 < 3.5}
        assert {1, 6} <= bars and not {0, 3, 4, 5} & bars
        jam.end()


def test_a_killed_drummer_process_is_replaced_and_the_drums_play_on(server):
    with listening(server, *PATIENT) as jam:
        jam.guitarist.play(song(BPM, 24))
        jam.await_stroke()
        drummer_of(jam).kill()
        jam.await_line("starting it again")
        jam.guitarist.wait(tail=0.3)
        heard = strokes(jam, BPM)
        assert drummer_of(jam).is_running()
        report = jam.end()
    _, lost, _ = match(heard, drummers.bars_of(drummers.Rock, 1, 6))
    assert not lost and report["restarts"] == 1


@pytest.mark.parametrize("rtmidi", [False, True], ids=["JACK-Client", "rtmidi"])
def test_a_server_that_dies_and_comes_back_finds_the_drums_playing_on(rtmidi):
    with jack_server() as server, listening(server, *PATIENT, rtmidi=rtmidi) as jam:
        jam.guitarist.play(song(BPM, 64))
        jam.await_stroke()
        server.kill()
        jam.guitarist.close()
        jam.await_line("the JACK server has gone; waiting for port")
        jam.await_line("the JACK server has gone; waiting for port")
        with started_again(server) as again, JackGuitarist(again, "again") as guitarist:
            jam.await_line("is back")
            jam.await_line("is back")
            jam.come_back(guitarist)
            guitarist.play(song(BPM, 16))
            guitarist.wait(tail=0.3)
            jam.await_silence()
            heard = strokes(jam, BPM)
            report = jam.end()
        assert report["reason"] == "told to end" and jam.process.returncode == 0
        assert {beat // 4 for beat, _ in heard} >= {2, 3} and report["unheard"]


def kicks(jam, master, server, bpm):
    """The master's beat of each kick that came back."""
    start = (jam.guitarist.start_frame - master.first_frame) / server.rate * bpm / 60
    return [beat + start for beat, drum in strokes(jam, bpm) if drum == PITCH_OF[Voice.KICK]]


def kicks_off_one(jam, master, server, bpm, bar=3):
    """By how many beats each kick that came back was off its master's nearest "one"."""
    return [(beat + bar / 2) % bar - bar / 2 for beat in kicks(jam, master, server, bpm)]


def test_a_master_that_goes_on_in_another_metre_is_followed_and_recorded_so(server, tmp_path):
    change, record = 12.0, tmp_path / "session.mid"
    bars = Bars.laid([(0.0, COMMON_TIME), (change, Metre(3, 4))])
    with (
        JackMaster(server, BPM, bars) as master,
        listening(server, *PATIENT, "--record", str(record), drummer="Pulse") as jam,
    ):
        master.start()
        jam.guitarist.play(riff(BPM, 64))

        def in_three():
            return [beat for beat in kicks(jam, master, server, BPM) if beat > change + 3.5]

        jam.until(lambda: len(in_three()) > 3, "a fourth kick in 3/4")
        off = [(beat + 1.5) % 3 - 1.5 for beat in in_three()]
        master.stop()
        report = jam.end()
    assert max(map(abs, off)) < 0.12 and not report["bars"]["missed"]
    told = [m.numerator for m in mido.MidiFile(record).tracks[0] if m.type == "time_signature"]
    assert told == [4, 3]


def test_in_auto_the_transport_leads_in_its_metre_also_where_the_server_is_started_again():
    with (
        jack_server() as server,
        JackMaster(server, BPM, WALTZ) as master,
        listening(server, *PATIENT, drummer="Pulse") as jam,
    ):
        master.start()
        jam.guitarist.play(riff(BPM, 64))
        jam.until(lambda: len(kicks_off_one(jam, master, server, BPM)) > 2, "a third kick")
        off = kicks_off_one(jam, master, server, BPM)
        server.kill()
        master.close()
        jam.guitarist.close()
        assert max(map(abs, off)) < 0.12
        jam.await_line("the JACK server has gone; waiting for port")
        jam.await_line("the JACK server has gone; waiting for port")
        with (
            started_again(server) as again,
            JackGuitarist(again, "again") as guitarist,
            JackMaster(again, BPM * 0.8, WALTZ) as master,
        ):
            jam.await_line("is back")
            jam.await_line("is back")
            jam.come_back(guitarist)
            master.start()
            guitarist.play(riff(BPM * 0.8, 48))
            jam.await_line(f"{BPM * 0.8:.1f} bpm (jack transport)")
            off_one = partial(kicks_off_one, jam, master, again, BPM * 0.8)
            before = len(off_one())
            jam.until(lambda: len(off_one()) > before + 3, "a fourth kick")
            off = off_one()[-3:]
            report = jam.end()
        assert report["reason"] == "told to end" and jam.process.returncode == 0
        assert max(map(abs, off)) < 0.12


def test_a_flood_is_survived_and_counted(server, tmp_path):
    flood = [
        (2 * BAR_S + index / 20_000, bytes((0x90 if index % 2 else 0x80, index % 128, 1)))
        for index in range(20_000)
    ]
    events = [*clock_events(BPM, 5 * BAR_S), *riff(BPM, 20), *flood]
    with listening(server, *PATIENT, "--record", str(tmp_path / "flood.mid")) as jam:
        jam.guitarist.play(events)
        jam.guitarist.wait(tail=0.3)
        heard = strokes(jam, BPM)
        report = jam.end()
    assert report["messages"] > 15_000
    assert any(beat > 18 for beat, _ in heard)  # long after the flood
    assert jam.process.returncode == 0


def test_regenerate_pressed_once_and_then_twice_goes_through_the_ideas_at_the_bar_lines(server):
    presses = [3, 5, 5.2]
    pedal = [
        ((bar + 0.3 + later) * BAR_S, bytes((0xB0, 81, value)))
        for bar in presses
        for later, value in ((0.0, 127), (0.05, 0))
    ]
    options = (*PATIENT, "--regenerate", "cc 81")
    with listening(server, *options, drummer="Ideas") as jam:
        jam.guitarist.play(sorted([*song(BPM, 31), *pedal]))
        jam.guitarist.wait(tail=0.3)
        heard = {round(beat / 4): drum for beat, drum in strokes(jam, BPM)}
        report = jam.end()
    first, second, third = drummers.Ideas.drums
    want = {1: first, 2: first, 3: first, 4: second, 5: second, 6: first, 7: first}
    assert {bar: heard.get(bar) for bar in want} == want
    said = [f"idea {number} of 3: one drum" for number in (1, 2)]
    assert report["grooves"] == said and third not in heard.values()
    assert any(said[1] in line for line in jam.said)
