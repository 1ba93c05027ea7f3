"""The report: one page that is well formed, needs nothing else and shows what was found."""

import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from engine.errors import EngineError
from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.summary import summarise
from engine.evaluation.report import page, sound
from engine.evaluation.report.charts import SongBar, distribution, intervals, songs
from engine.evaluation.report.rolls import chosen_songs, excerpt, piano_roll
from engine.evaluation.report.sound import excerpt_file
from engine.evaluation.results import MODEL, OTHER, TRUTH
from engine.midi.read import parse_song
from engine.pages.svg import Scale
from tests.support.made import groove, song
from tests.support.results import CONDITIONS, result_of

VOID = {"meta", "br"}


class Checker(HTMLParser):
    """Follows what opens and closes, and what is loaded."""

    def __init__(self):
        super().__init__()
        self.open, self.loads, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def check(html):
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def results():
    songs = [song(f"<{n}>.mid", bars=20) for n in range(9)]
    return [
        result_of(own, own.hits()[: 20 * n], **{OTHER: groove(3)}) for n, own in enumerate(songs)
    ]


@pytest.fixture
def silent(monkeypatch):
    monkeypatch.setattr(page, "soundfont", lambda: None)


@pytest.mark.usefixtures("silent")
def test_the_page_is_well_formed_loads_nothing_and_names_songs_and_players(results):
    html = page.page(results, summarise(results), CONDITIONS)
    checker = check(html)
    assert checker.loads == [] and "url(" not in html and "@import" not in html
    text = " ".join(checker.text)
    for word in (MODEL, OTHER, TRUTH, "rock beat", "two bars late", "swing ratio", "<4>.mid"):
        assert word in text
    assert "<4>" not in html  # names are escaped
    assert len(re.findall("<figure>", html)) == 4
    assert "nan" not in html and "None" not in html


@pytest.mark.usefixtures("silent")
def test_one_song_makes_a_page_too(results):
    check(page.page(results[:1], summarise(results[:1]), CONDITIONS))


@pytest.mark.usefixtures("silent")
def test_the_page_is_written_into_a_folder_that_is_made(results, tmp_path):
    written = page.write_report(tmp_path / "a" / "b", results, summarise(results), CONDITIONS)
    assert written == tmp_path / "a" / "b" / "index.html"
    assert written.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.usefixtures("silent")
def test_a_page_that_cannot_be_written_is_one_sentence(results, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be written"):
        page.write_report(tmp_path / "file", results, summarise(results), CONDITIONS)


def test_rolls_are_of_songs_from_best_to_worst(results):
    chosen = chosen_songs(results)
    scores = [one.scores[MODEL].f1 for one in chosen]
    assert len(chosen) == 4 and scores == sorted(scores, reverse=True)
    assert len(chosen_songs(results[:2])) == 2


def test_an_excerpt_is_the_middle_of_the_longest_stretch(results):
    assert [bar.start for bar in excerpt(results[0])] == [4.0 * bar for bar in range(2, 18)]


def test_a_piano_roll_shows_every_stroke_of_both_drummers(results):
    bars = excerpt(results[-1])
    first, end = bars[0].start - 0.13, bars[-1].start + 4 - 0.13
    roll = piano_roll(results[-1])
    for who, kind in ((TRUTH, "truth"), (MODEL, "model")):
        beats = results[-1].drums[who].beats()
        assert len(re.findall(f'<rect [^>]*class="{kind}"', roll)) == sum(
            (beats >= first) & (beats < end)
        )


def test_an_excerpt_as_a_file_holds_its_guitar_and_drums(results):
    own = results[-1]
    bars = excerpt(own)[:8]
    song = parse_song(excerpt_file(own, own.drums[TRUTH], bars))
    drums = next(part for part in song.parts if part.is_drum)
    guitar = next(part for part in song.parts if not part.is_drum)
    start = bars[0].start
    inside = [note for note in own.notes if start <= note.onset < start + 32]
    assert guitar.onset.tolist() == pytest.approx([note.onset - start for note in inside])
    expected = drumming(bars, range(8), groove(20))
    assert len(drums) == len(expected.row)
    assert song.tempos[0][1] == pytest.approx(120)


def test_without_fluidsynth_or_where_it_fails_there_is_no_sound(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert sound.soundfont() is None
    assert sound.sound(b"no song", tmp_path / "no.sf2") is None


def test_sound_is_inside_the_page(results, monkeypatch):
    monkeypatch.setattr(page, "soundfont", lambda: "font")
    monkeypatch.setattr(page, "sound", lambda *_: "data:audio/ogg;base64,T2dnUw==")
    checker = check(page.page(results, summarise(results), CONDITIONS))
    assert checker.loads == ["data:audio/ogg;base64,T2dnUw=="] * 8


def test_a_chart_puts_a_mean_where_it_belongs():
    chart = intervals({"one": Mean(0.5, 0.25, 0.75, 3)}, {}, label="means")
    (middle,) = re.findall(r'<circle cx="([\d.]+)"', chart)
    left, width = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', chart)[0]
    assert float(middle) == pytest.approx(float(left) + float(width) / 2, abs=0.2)


def test_songs_above_and_below_are_told_apart():
    bars = [SongBar("won", 0.6, 0.5), SongBar("lost", 0.4, 0.5)]
    chart = songs(bars, label="songs", value="model", beside="rock beat")
    assert chart.count('class="model"') == 1 and chart.count('class="model lost"') == 1
    assert "above rock beat in 1 of 2" in chart


def test_a_distribution_of_nothing_is_drawn():
    chart = distribution(np.zeros(0), np.array([np.nan, 1.0]), title="t", edges=[0, 1, 2])
    assert "nan" not in chart and chart.startswith("<svg")


def test_a_scale_stays_inside_its_ends():
    scale = Scale(0, 1, 10, 20)
    assert [scale(value) for value in (-1, 0, 0.5, 1, 9)] == [10, 10, 15, 20, 20]
    assert Scale(1, 1, 10, 20)(1) == 10
