import io
import json

import pytest

from drumd.status.phase import BarCounts, Phase
from drumd.status.reporter import LINE_BARS, PlainReporter, ScreenReporter, reporter_for
from drumd.status.snapshot import Gauge, Snapshot, Spread, Summary
from engine.music.notes import Metre
from tests.support.drummers import ROCK


def snapshot(**changes):
    values = {
        "phase": Phase.PLAYING,
        "source": "host",
        "searching": False,
        "confidence": 1.0,
        "bpm": 120.04,
        "metre": Metre(),
        "bar": 7,
        "beat": 3,
        "notes": 42,
        "pattern": ROCK,
        "drummer_ready": True,
        "hits": 99,
        "late": 0,
        "bars": BarCounts(played=6),
        "dropped": 0,
        "lateness": Spread(0.1, 0.2, 0.3, 0.4),
    }
    return Snapshot(**(values | changes))


def summary(**changes):
    values = {
        "reason": "interrupted",
        "input": "Guitar",
        "output": "AI Drums",
        "seconds": 61.0,
        "ready_after_s": 0.7,
        "messages": 1000,
        "dropped": 0,
        "hits": 300,
        "late": 2,
        "bars": BarCounts(played=30, repeated=1),
        "restarts": 0,
        "lateness_ms": Spread(0.1, 0.2, 0.3, 0.4),
        "answer_ms": Spread(8, 9, 10, 11),
        "realtime": True,
        "files": (),
    }
    return Summary(**(values | changes))


def test_the_level_of_an_audio_input_is_a_meter_and_that_it_clips_is_said():
    loud = snapshot(level_db=-0.1, clips=True)
    assert "   input   [##########          ] -30.0 dB\n" in snapshot(level_db=-30.0).screen()
    assert "-0.1 dB  clips: turn it down" in loud.screen() and "the input clips" in loud.line()
    assert "input   [" not in snapshot().screen() and snapshot().level_share is None
    assert snapshot(level_db=-99.0).level_share == 0.0


def test_the_spread_of_a_hundred_values_is_told_by_rank():
    gauge = Gauge()
    for value in range(100, 0, -1):
        gauge.add(value / 1000)
    spread = gauge.spread()
    assert (spread.p50, spread.p95, spread.p99, spread.max) == pytest.approx((50, 95, 99, 100))


def test_nothing_measured_has_no_spread():
    assert Gauge().spread() == Spread(0, 0, 0, 0)


def test_the_screen_shows_tempo_bar_window_drums_and_lateness():
    screen = snapshot().screen()
    for part in ("120.0 bpm", "4/4", "7.3", "42 notes", "playing", "99 sent", "0.10 / 0.30 / 0.40"):
        assert part in screen
    assert "kick x.......x.x....." in screen


def test_before_there_is_time_the_screen_says_so():
    screen = snapshot(bar=None, beat=None, bpm=None, pattern=None, phase=Phase.STOPPED).screen()
    assert "waiting for the song to begin" in screen


def test_a_player_whose_beat_is_not_sure_yet_is_told_so():
    unsure = snapshot(phase=Phase.STOPPED, source="none", searching=True, bpm=None, bar=None)
    assert "listening for the beat" in unsure.line()
    assert "listening for the beat" in unsure.screen()
    waiting = snapshot(phase=Phase.STOPPED, source="none", bpm=None, bar=None)
    assert "waiting for the song to begin" in waiting.line()


def test_the_screen_says_how_sure_it_is_of_a_players_beat():
    assert "clock: free (76% sure)" in snapshot(source="free", confidence=0.76).screen()
    assert "sure" not in snapshot().screen()


def test_who_is_not_sure_of_the_beat_asks_for_it():
    lost = snapshot(source="free", confidence=0.34)
    assert lost.unsure and "clock: free (34% sure; say where one is)" in lost.screen()
    assert snapshot(phase=Phase.STOPPED, searching=True, confidence=0.0).unsure
    assert not snapshot(phase=Phase.STOPPED, confidence=0.0).unsure and not snapshot().unsure


def test_a_drummer_being_started_again_is_shown():
    assert "being started again" in snapshot(drummer_ready=False).screen()


def test_faults_are_in_the_line_only_where_there_are_some():
    assert "late," not in snapshot().line() and "dropped" not in snapshot().line()
    line = snapshot(late=3, dropped=5, bars=BarCounts(repeated=2)).line()
    assert "3 late" in line and "5 messages dropped" in line and "2 bars repeated" in line


def test_the_line_says_what_the_drummer_plays():
    assert "playing kick 3, snare 2, closed_hat 8" in snapshot().line()
    assert snapshot(phase=Phase.RESTING, pattern=None).line().rstrip().endswith("resting")


def test_what_the_player_has_set_is_shown():
    told = snapshot(dials="funk, density 0.60, muted")
    assert "playing [funk, density 0.60, muted]" in told.line()
    assert "set   funk, density 0.60, muted" in told.screen()
    assert "all is left to the drummer" in snapshot().screen()


def test_a_plain_line_comes_when_something_is_set():
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    for dials in ("", "", "muted", "muted", ""):
        reporter.show(snapshot(dials=dials))
    assert len(stream.getvalue().splitlines()) == 3


def test_plain_lines_come_every_few_bars_and_on_changes():
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    for bar in range(1, 2 * LINE_BARS + 1):
        for _ in range(3):
            reporter.show(snapshot(bar=bar))
    reporter.show(snapshot(bar=2 * LINE_BARS, phase=Phase.RESTING))
    lines = stream.getvalue().splitlines()
    assert [int(line.split()[1]) for line in lines] == [1, LINE_BARS + 1, 2 * LINE_BARS]
    assert "resting" in lines[-1]


def test_the_live_screen_draws_and_lets_what_is_said_scroll_by(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = io.StringIO()
    stream.isatty = lambda: True
    reporter = reporter_for(stream)
    assert isinstance(reporter, ScreenReporter)
    with reporter:
        reporter.show(snapshot())
        reporter.say("the drummer's process died; starting it again")
    assert "42 notes" in stream.getvalue() and "starting it again" in stream.getvalue()


def test_without_a_terminal_there_are_plain_lines():
    assert isinstance(reporter_for(io.StringIO()), PlainReporter)


def test_the_summary_says_what_happened_and_where_the_recording_is(tmp_path):
    text = summary(files=(tmp_path / "jam.mid",), dropped=5, restarts=1).text()
    for part in (
        "interrupted after 61 s",
        "30 bars played, 1 of them repeated",
        "300 hits, 2 dropped as late",
        "0.10 / 0.30 / 0.40 ms",
        "5 of 1000 messages dropped",
        "started again 1 time",
        f"recorded: {tmp_path / 'jam.mid'}",
    ):
        assert part in text


def test_the_summary_is_a_json_document(tmp_path):
    report = json.loads(json.dumps(summary(files=(tmp_path / "jam.mid",)).as_dict()))
    assert report["bars"]["played"] == 30 and report["files"] == [str(tmp_path / "jam.mid")]


def test_messages_that_ports_could_not_read_or_send_are_told_if_there_were_any():
    faulty = snapshot(garbled=3, refused=4)
    for shown in (faulty.line(), faulty.screen()):
        assert "3 garbled" in shown and "4 refused by the port" in shown
    fine = snapshot().line() + snapshot().screen() + summary().text()
    assert "garbled" not in fine and "refused" not in fine and "no MIDI" not in fine
    text = summary(garbled=3, refused=4).text()
    assert "3 messages that came in were no MIDI" in text
    assert "4 messages were refused by the output port" in text


def test_ports_that_are_away_are_named_wherever_the_jam_is_shown():
    away = snapshot(away=("Guitar", "AI Drums"))
    for shown in (away.line(), away.screen()):
        assert "waiting for port Guitar" in shown and "waiting for port AI Drums" in shown
    assert "waiting for port" not in snapshot().line() + snapshot().screen()
    assert "7 hits found no port" in summary(unheard=7).text()
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    for state in (snapshot(), away, away, snapshot()):
        reporter.show(state)
    assert len(stream.getvalue().splitlines()) == 3


@pytest.mark.parametrize("kind", [PlainReporter, ScreenReporter])
def test_nothing_in_the_name_of_a_port_acts_on_the_terminal(kind):
    stream = io.StringIO()
    with kind(stream) as reporter:
        reporter.say("waiting for port '\x1b]0;owned\x07'")
        reporter.show(snapshot(away=("\x1b[2J\x9b31m[/red]",)))
    assert not set("\x1b\x07\x9b") & set(stream.getvalue())
    assert r"\x1b]0;owned\x07" in stream.getvalue()


@pytest.mark.parametrize(
    ("term", "kind"), [("xterm-256color", ScreenReporter), ("dumb", PlainReporter)]
)
def test_a_dumb_terminal_gets_lines(monkeypatch, term, kind):
    monkeypatch.setenv("TERM", term)
    stream = io.StringIO()
    stream.isatty = lambda: True
    assert isinstance(reporter_for(stream), kind)


def test_a_steady_jam_is_told_of_seldom():
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    for bar in range(1, 401):  # some 13 minutes at 120 bpm, two pictures a bar
        reporter.show(snapshot(bar=bar, beat=1))
        reporter.show(snapshot(bar=bar, beat=3))
    assert 10 <= len(stream.getvalue().splitlines()) <= 30


def test_line_screen_and_summary_say_which_groove_plays():
    told = "idea 2 of 5: half-time rock, ride; part B"
    assert f"playing, {told}" in snapshot(groove=told).line()
    assert f"groove   {told}" in snapshot(groove=told).screen()
    text = summary(grooves=("idea 1 of 5: rock", "idea 2 of 5: swung"), parts="A, B, A").text()
    assert "played idea 1 of 5: rock\nplayed idea 2 of 5: swung\nparts A, B, A" in text


def test_a_groove_that_changes_is_a_line():
    stream = io.StringIO()
    reporter = PlainReporter(stream)
    for groove in ("idea 1 of 5: rock", "idea 1 of 5: rock", "idea 2 of 5: swung"):
        reporter.show(snapshot(groove=groove))
    assert len(stream.getvalue().splitlines()) == 2


def test_without_a_word_of_the_drummer_nothing_is_said_of_grooves():
    assert "groove" not in snapshot().screen() + summary().text()
