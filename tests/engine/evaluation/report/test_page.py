"""The report: one page that is well formed, needs nothing else and shows what was found."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from engine.errors import EngineError
from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.styles import StylesHeard
from engine.evaluation.measures.two_sample import Auc
from engine.evaluation.report import page
from engine.evaluation.report.charts import SongBar, distribution, intervals, songs
from engine.evaluation.report.excerpts import excerpt_file
from engine.evaluation.report.rolls import chosen_songs, excerpt, piano_roll
from engine.evaluation.results import MODEL, OTHER, TRUTH
from engine.evaluation.summary.summary import summarise
from engine.midi.read import parse_song
from engine.music.kit import Voice
from engine.pages.svg import Scale
from tests.support.made import groove, hit, song
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


def test_the_page_is_well_formed_loads_nothing_and_names_songs_and_players(results):
    html = page.page(results, summarise(results), CONDITIONS)
    checker = check(html)
    assert checker.loads == [] and "url(" not in html and "@import" not in html
    text = " ".join(checker.text)
    for word in (MODEL, OTHER, TRUTH, "rock beat", "two bars late", "swing ratio", "<4>.mid"):
        assert word in text
    assert "<4>" not in html  # names are escaped
    assert len(re.findall("<figure>", html)) == 6
    assert "nan" not in html and "None" not in html


def test_one_song_makes_a_page_too(results):
    check(page.page(results[:1], summarise(results[:1]), CONDITIONS))


def test_the_page_is_written_into_a_folder_that_is_made(results, tmp_path):
    written = page.write_report(tmp_path / "a" / "b", results, summarise(results), CONDITIONS)
    assert written == tmp_path / "a" / "b" / "index.html"
    assert written.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_is_one_sentence(results, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be written"):
        page.write_report(tmp_path / "file", results, summarise(results), CONDITIONS)


def test_rolls_are_of_songs_from_best_to_worst(results):
    chosen = chosen_songs(results)
    scores = [one.scores[MODEL].f1 for one in chosen]
    assert len(chosen) == 6 and scores == sorted(scores, reverse=True)
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


def test_a_piano_roll_shows_every_idea_under_the_true_drums():
    own = song(bars=16)
    result = result_of(
        own, own.hits(), ideas=[[hit(4.0 * bar, Voice.RIDE) for bar in range(16)]] * 4
    )
    drawn = piano_roll(result)
    assert re.findall("true drums<|idea .<|ride<", drawn) == [
        "true drums<", "ride<", *(word for n in range(5) for word in (f"idea {n + 1}<", "ride<"))
    ]  # fmt: skip
    assert len(re.findall('<rect [^>]*class="model"', drawn)) == len(own.hits()) + 4 * 16


def test_the_page_tells_what_a_judge_told(results):
    found = Auc(Mean(0.75, 0.7, 0.8, 9), 30, 30)
    html = page.page(results, replace(summarise(results), judged={"struck": found}), CONDITIONS)
    assert "0.750" in html and "Told from true drums" in html
    assert "Told from true drums" not in page.page(results, summarise(results), CONDITIONS)


def test_the_page_tells_which_styles_are_heard(results):
    mean = Mean(0.25, 0.2, 0.3, 4)
    heard = StylesHeard(mean, mean, {"jazz": mean}, {"jazz": {"rock": 0.75, "jazz": 0.25}}, 0.1)
    html = page.page(results, replace(summarise(results), styles=heard), CONDITIONS)
    check(html)
    assert "rock 75 %, jazz 25 %" in html and "Styles heard" in html


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


def test_sound_is_inside_the_page(results):
    def sounding(midi):
        return "data:audio/ogg;base64,T2dnUw==" if midi.startswith(b"MThd") else None

    checker = check(page.page(results, summarise(results), CONDITIONS, sounding=sounding))
    assert checker.loads == ["data:audio/ogg;base64,T2dnUw=="] * 6 * 2


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
