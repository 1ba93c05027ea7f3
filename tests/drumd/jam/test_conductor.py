from dataclasses import replace

import mido
import pytest

from drumd.controls import Command
from drumd.jam.conductor import Conductor
from drumd.status.phase import Phase
from drumd.status.told import NOTHING, Told
from drumd.timing.bars import Bars
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.base import Source
from drumd.timing.timeline import Timeline
from engine.music.kit import Voice
from engine.music.notes import Metre, Pattern

BACKBEAT = Pattern.from_grid({Voice.KICK: "x...x...", Voice.SNARE: "....x..."}, step=0.5)
FILL = Pattern.from_grid({Voice.HIGH_TOM: "xxxxxxxxxxxxxxxx"})
BPM = 120.0  # two beats a second, two seconds a bar


class Song(Source):
    """A source of musical time that a test moves by hand."""

    name = "song"

    def __init__(self, bpm=BPM):
        self.timeline, self.rolling, self.jumps = Timeline(0.0, 0.0, bpm), True, 0

    def hear(self, time, message):
        if message.type == "songpos":
            self.timeline, self.jumps = (
                Timeline(time, message.pos / 4, self.timeline.bpm),
                self.jumps + 1,
            )


class Kit:
    """A scheduler that only remembers what it was told."""

    def __init__(self):
        self.bars, self.silenced = [], 0

    def cue(self, pattern, start):
        self.bars.append((start, pattern))

    def drop_from(self, start):
        self.bars = [bar for bar in self.bars if bar[0] < start]

    def silence(self):
        self.silenced += 1


class Jam:
    """Guitar, conductor, kit, and a drummer who answers after `answer_s` (never, if None)."""

    def __init__(self, *, metre=None, answer_s=0.03):
        self.song, self.kit, self.asked, self.answers = Song(), Kit(), [], []
        self.musical = MusicalClock(self.song, bars=Bars.of(metre or Metre()))
        self.conductor = Conductor(self.musical, self.kit, self._ask)
        self.now, self.answer_s, self.pattern = 0.0, answer_s, BACKBEAT

    def _ask(self, request):
        self.asked.append((self.now, request))
        if self.answer_s is not None:
            self.answers.append((self.now + self.answer_s, request))

    def until(self, beat):
        """Let time go by, a hundredth of a second at a time."""
        end = self.song.timeline.time_of(beat)
        while self.now < end - 1e-9:
            self.now = min(end, self.now + 0.01)
            for answer in [answer for answer in self.answers if answer[0] <= self.now]:
                self.answers.remove(answer)
                self.conductor.answer(answer[1], self.pattern)
            self.conductor.step(self.now)

    def hear(self, beat, message):
        self.until(beat)
        self.conductor.hear(self.now, message)

    def note(self, beat, length=0.4):
        self.hear(beat, mido.Message("note_on", note=45))
        self.hear(beat + length, mido.Message("note_off", note=45))

    def notes(self, first, last):
        """A note on each beat from `first` up to `last`."""
        for beat in range(first, last):
            self.note(beat)

    @property
    def starts(self):
        return [start for start, _ in self.kit.bars]


@pytest.fixture
def jam():
    return Jam()


def test_drums_enter_at_the_first_bar_line_after_one_bar_of_guitar(jam):
    jam.notes(0, 12)
    assert jam.starts == [4.0, 8.0, 12.0]


def test_a_first_note_that_came_before_the_tempo_was_known_counts(jam):
    jam.song.rolling = False
    jam.hear(0.0, mido.Message("note_on", note=45))
    jam.song.rolling = True
    jam.until(5)
    assert jam.starts == [4.0]


def test_a_first_note_a_little_behind_its_bar_line_is_on_it(jam):
    jam.note(0.1)
    jam.notes(1, 4)
    assert jam.starts == [4.0]


def test_a_guitar_that_begins_within_a_bar_brings_the_drums_in_at_the_third_bar_line(jam):
    jam.notes(2, 9)
    assert jam.starts == [8.0]


def test_no_guitar_no_drums(jam):
    jam.until(40)
    assert jam.starts == [] and jam.asked == [] and jam.conductor.phase is Phase.LISTENING


@pytest.mark.parametrize("metre", [Metre(3, 4), Metre(6, 8), Metre(7, 8), Metre(5, 4)])
def test_the_bars_follow_the_metre(metre):
    jam = Jam(metre=metre)
    jam.notes(0, 12)
    assert jam.starts[:2] == [metre.beats, 2 * metre.beats]
    assert jam.asked[0][1].metre == metre


def test_a_bar_is_asked_for_shortly_before_its_bar_line(jam):
    jam.notes(0, 8)
    for time, request in jam.asked:
        assert 0.3 <= jam.song.timeline.time_of(request.start) - time <= 0.4


def test_the_request_holds_the_guitar_until_now_and_the_drums_of_the_bars_before(jam):
    jam.notes(0, 12)
    first, second = (request for _, request in jam.asked[:2])
    assert first.history == () and second.history == (BACKBEAT,)
    assert second.heard_until < second.start == 8.0 and second.bar == 2 and second.bpm == BPM
    assert [note.onset for note in second.notes] == pytest.approx(range(8))


def test_drums_rest_after_two_silent_bars(jam):
    jam.notes(0, 8)
    jam.until(30)
    assert jam.starts == [4.0, 8.0, 12.0]
    assert jam.conductor.phase is Phase.RESTING


def test_a_chord_that_rings_is_no_silence(jam):
    jam.notes(0, 7)
    jam.note(7, length=6)
    jam.until(30)
    assert jam.starts == [4.0, 8.0, 12.0, 16.0, 20.0]


def test_drums_come_in_again_with_the_guitar_at_the_next_bar_line(jam):
    jam.notes(0, 8)
    jam.note(25)
    jam.until(28)
    assert jam.starts == [4.0, 8.0, 12.0, 28.0]
    assert jam.asked[-1][1].history == ()


def test_a_guitar_that_comes_back_just_before_a_bar_line_is_still_asked_for(jam):
    jam.notes(0, 8)
    jam.note(27.5, length=0.1)
    jam.until(28)
    assert jam.starts[-1] == 28.0


def test_an_answer_that_is_missing_lets_the_last_bar_play_again(jam):
    jam.notes(0, 6)
    jam.answer_s = None
    jam.notes(6, 12)
    jam.until(12)
    assert jam.kit.bars[-1] == (12.0, BACKBEAT)
    assert jam.conductor.counts.repeated == 2 and jam.conductor.counts.played == 3


def test_a_late_answer_is_dropped_and_counted(jam):
    jam.notes(0, 6)
    jam.answer_s, jam.pattern = 0.5, FILL
    jam.notes(6, 12)
    jam.until(12)
    assert [pattern for _, pattern in jam.kit.bars] == [BACKBEAT] * 3
    assert jam.conductor.counts.dropped_answers == 1


def test_without_any_answer_the_drums_stay_out_and_the_bars_are_counted():
    jam = Jam(answer_s=None)
    jam.notes(0, 12)
    jam.until(12)
    assert jam.starts == [] and jam.conductor.counts.missed == 3


def test_a_drummer_who_is_always_late_plays_a_bar_later():
    jam = Jam(answer_s=0.5)
    jam.notes(0, 6)
    jam.pattern = FILL
    jam.notes(6, 13)
    assert jam.kit.bars == [(8.0, BACKBEAT), (12.0, FILL)]
    assert jam.conductor.counts.missed == 1 and jam.conductor.counts.repeated == 2


def test_a_bar_that_plays_late_says_what_it_is_once_it_plays():
    jam = Jam(answer_s=None)
    jam.notes(0, 5)
    jam.conductor.answer(jam.asked[0][1], BACKBEAT, "half-time rock; part A")
    assert jam.conductor.told == NOTHING
    jam.notes(5, 9)
    assert jam.conductor.told == Told("half-time rock", "A") == jam.conductor.played[-1]


def test_what_a_late_bar_says_is_not_told_of_the_bar_that_is_held():
    jam = Jam(answer_s=None)
    jam.notes(0, 5)
    jam.conductor.answer(jam.asked[0][1], BACKBEAT, "half-time rock; part A")
    jam.notes(5, 13)
    jam.conductor.command(jam.now, Command.HOLD)
    jam.conductor.press(jam.now, frozenset({Command.HOLD}))
    jam.conductor.answer(jam.asked[1][1], FILL, "shuffle; part B")
    jam.notes(13, 17)
    jam.conductor.press(jam.now, frozenset())
    jam.notes(17, 21)
    assert [pattern for _, pattern in jam.kit.bars] == [BACKBEAT] * 4
    assert jam.conductor.told == Told("half-time rock", "A")
    assert jam.conductor.form.part == "A"


def test_a_late_bar_that_waits_for_a_fill_says_what_it_is_once_it_plays():
    jam = Jam(answer_s=None)
    jam.notes(0, 5)
    jam.conductor.answer(jam.asked[0][1], BACKBEAT, "half-time rock; part A")
    jam.conductor.command(jam.now, Command.FILL)
    jam.answer_s, jam.pattern = 0.03, FILL
    jam.notes(5, 9)
    jam.answer_s = None
    assert jam.conductor.told == NOTHING
    jam.notes(9, 13)
    (start, fill), (_, late) = jam.kit.bars
    assert (start, fill) == (8.0, FILL) and set(BACKBEAT.hits) < set(late.hits)  # and a crash
    assert jam.conductor.told == Told("half-time rock", "A")


def test_a_late_answer_in_another_metre_is_not_played():
    jam = Jam(answer_s=None)
    jam.notes(0, 5)
    jam.conductor.answer(replace(jam.asked[0][1], metre=Metre(3, 4)), BACKBEAT)
    jam.notes(5, 13)
    assert jam.starts == [] and jam.conductor.counts.dropped_answers == 1


def test_a_late_answer_to_the_last_song_is_not_played_in_the_next():
    jam = Jam(answer_s=3.0)
    jam.notes(0, 5)
    jam.song.rolling = False
    jam.until(6)
    jam.song.rolling = True
    jam.answer_s = None
    jam.notes(6, 17)
    assert jam.starts == [] and jam.conductor.counts.dropped_answers == 1


def test_a_drummer_who_answers_at_last_enters_at_the_next_bar_line():
    jam = Jam(answer_s=None)
    jam.notes(0, 9)
    jam.answer_s = 0.03
    jam.notes(9, 13)
    assert jam.starts == [12.0]


def test_drums_end_when_the_host_stops(jam):
    jam.notes(0, 10)
    jam.song.rolling = False
    jam.until(12)
    assert jam.starts == [] and jam.kit.silenced == 1 and jam.conductor.phase is Phase.STOPPED


def test_after_a_stop_a_bar_of_guitar_is_heard_again_before_drums_enter(jam):
    jam.notes(0, 10)
    jam.song.rolling = False
    jam.until(12)
    jam.song.rolling = True
    jam.notes(12, 17)
    assert jam.starts == [16.0]


def test_a_new_song_does_not_play_the_bar_of_the_last_one_when_the_drummer_does_not_answer(jam):
    jam.notes(0, 10)
    jam.song.rolling = False
    jam.until(50)
    jam.song.rolling, jam.answer_s = True, None
    jam.notes(50, 62)
    assert jam.starts == [] and jam.conductor.counts.repeated == 0
    assert jam.conductor.counts.missed == 2


def test_a_host_that_stops_only_to_go_on_elsewhere_has_jumped(jam):
    jam.notes(0, 16)
    jam.song.rolling = False
    jam.until(16.02)
    jam.song.rolling = True
    jam.hear(16.04, mido.Message("songpos", pos=0))
    jam.until(4)
    assert jam.starts == [0.0, 4.0] and jam.kit.silenced == 1


def test_the_last_bar_plays_on_where_the_host_jumps_to(jam):
    jam.notes(0, 12)
    jam.pattern = FILL
    jam.notes(12, 15)
    jam.hear(16.0, mido.Message("songpos", pos=0))
    assert jam.kit.bars == [(0.0, FILL)]
    jam.until(4)
    assert jam.starts == [0.0, 4.0]


def test_a_jump_into_a_bar_leaves_out_what_lies_before(jam):
    jam.notes(0, 10)
    jam.hear(10.0, mido.Message("songpos", pos=26 * 4))
    (start, pattern), *_ = jam.kit.bars
    assert start == 24.0 and [hit.beat for hit in pattern.hits] == [2.0, 2.0]


def test_the_guitar_heard_before_a_jump_lies_before_the_new_place_in_the_same_beats(jam):
    jam.notes(0, 12)
    jam.hear(12.0, mido.Message("songpos", pos=64))
    jam.until(20)
    request = jam.asked[-1][1]
    assert request.start == 20.0
    assert [note.onset for note in request.notes] == pytest.approx(range(4, 16))


def test_an_answer_asked_for_before_a_jump_is_dropped(jam):
    jam.notes(0, 7)
    jam.until(7.35)
    asked = jam.asked[-1][1]
    jam.hear(7.36, mido.Message("songpos", pos=0))
    jam.conductor.answer(asked, FILL)
    assert jam.conductor.counts.dropped_answers == 1


def test_a_tempo_that_changes_moves_the_bar_line_not_the_bar(jam):
    jam.notes(0, 6)
    timeline = jam.song.timeline
    jam.song.timeline = Timeline(timeline.time_of(6), 6.0, 60.0)
    jam.notes(6, 13)
    assert jam.starts == [4.0, 8.0, 12.0]


def test_a_process_that_slept_does_not_play_the_bars_it_slept_through(jam):
    jam.notes(0, 8)
    jam.now += 20.0
    jam.conductor.step(jam.now)
    assert max(jam.starts) <= 8.0 and jam.conductor.phase is Phase.RESTING
