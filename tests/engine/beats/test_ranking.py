"""The relatives of a beat: the true one is found, and the model hears what it was taught on."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beats.pulse.chords import Chord, ChordMaker
from engine.beats.pulse.ranking import AGAIN, Ranking
from engine.beats.pulse.relatives import METRES, SHIFTED, Rows
from engine.beats.training.ranking_examples import OCTAVES
from tests.support.strums import strummed

PERIOD = 0.6


def chords(bars: int = 12) -> list[Chord]:
    maker, found = ChordMaker(), []
    for onset in strummed(bars, bpm=60 / PERIOD):
        if onset[0] >= maker.closes_at:
            found.append(maker.close())
        maker.add(*onset)
    return [*found, maker.close()]


def heard(
    relatives: tuple[tuple[float, float], ...], *, shift: float = 0, ratio: float = 1
) -> Ranking:
    """A ranking that heard a strum laid on a base beat that is another than the true one."""
    ranking = Ranking(relatives, METRES)
    for chord in chords():
        ranking.hear(chord, (chord.time - 1.0) / PERIOD / ratio - shift, PERIOD * ratio)
    return ranking


@pytest.mark.parametrize("index", range(len(SHIFTED)))
def test_the_true_beat_is_found_among_those_shifted_by_a_part_of_it(index: int) -> None:
    chances = heard(SHIFTED, shift=SHIFTED[index][1]).chances()
    assert chances.sum() == pytest.approx(1) and chances.argmax() == index


def test_half_time_is_told_from_the_true_beat() -> None:
    relatives = SHIFTED + OCTAVES
    assert relatives[heard(relatives, ratio=2).chances().argmax()] == (2, 0)


def test_the_bar_begins_where_the_bass_changes() -> None:
    rows, chances = heard(SHIFTED).bars(0)
    best = int(chances.argmax())
    assert chances.sum() == pytest.approx(1)
    assert rows.metre[best] in (2, 4) and round(float(rows.shift[best])) == 0


def test_a_relative_has_a_row_for_every_bar() -> None:
    rows = Rows.of(SHIFTED, METRES)
    assert np.bincount(rows.relative).tolist() == [sum(METRES)] * len(SHIFTED)


def test_starting_again_is_hearing_the_last_chords_anew() -> None:
    played = chords()
    again, anew = Ranking(SHIFTED, METRES), Ranking(SHIFTED, METRES)
    for chord in played:
        again.hear(chord, chord.time / 0.5, 0.5)
    last = played[-1].time
    again.start_again(7.25, last, PERIOD)
    for chord in played[-AGAIN:]:
        anew.hear(chord, 7.25 - (last - chord.time) / PERIOD, PERIOD)
    np.testing.assert_allclose(again.energy, anew.energy, atol=1e-4)


def test_the_network_of_the_learner_says_the_same() -> None:
    torch = pytest.importorskip("torch")
    from importlib import resources
    from pathlib import Path

    from engine.beats.training.learn_ranking import RankNet
    from engine.beats.training.ranking_examples import inputs_of
    from engine.beats.training.weight_files import load

    net, rows, played = RankNet().eval(), Rows.of(SHIFTED + OCTAVES, METRES), chords(6)
    load(
        net.inp,
        net.gru,
        net.out,
        Path(str(resources.files("engine.beats") / "weights" / "ranking_model.json")),
    )
    taps = [1.0 - PERIOD * k for k in (4, 3, 2, 1)]
    base = np.array([*taps, *(chord.time for chord in played)]) / PERIOD
    periods = PERIOD * (1 + 0.05 * np.sin(np.arange(len(base))))  # the tempo is never quite known
    with torch.no_grad():
        learned = net(torch.from_numpy(inputs_of(played, 4, base, periods, rows))).numpy()
    ranking = Ranking(SHIFTED + OCTAVES, METRES)
    for tap, place, period in zip(taps, base, periods, strict=False):
        ranking.tap(float(place), tap, float(period))
    for k, chord in enumerate(played):
        ranking.hear(chord, float(base[4 + k]), float(periods[4 + k]))
        usable = ranking.energy > -30
        np.testing.assert_allclose(ranking.energy[usable], learned[4 + k][usable], atol=2e-3)
