"""The ears are taught by pieces whose strokes are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drumd.sound.strings.plucks import ACOUSTIC
from engine.beats.training.conditions import Played
from engine.beats.training.parts import KnownPart
from engine.errors import HearingError
from engine.hearing.evidence import BIAS, CAME, PEAK, WEIGHTS, WENT
from engine.hearing.training.gear import before_microphone, through_amplifier
from engine.hearing.training.hands import with_hands
from engine.hearing.training.learn_evidence import learn, main, told, weigh
from engine.hearing.training.peaks import f_measure, matched, peaks_of
from engine.hearing.training.pieces import Piece, merged, pieces_of
from tests.support.plucked import plucked

RATE = 44_100


def piece(times: list[float], seconds: float) -> Piece:
    """Fifths struck on the project's own strings, with what hands do besides."""
    rng = np.random.default_rng(0)
    notes = [(time, pitch, 90, 0.4) for time in times for pitch in (45, 52)]
    sound = with_hands(plucked(notes, seconds, RATE, ACOUSTIC), RATE, np.array(times), rng)
    return Piece(before_microphone(sound, RATE, rng), RATE, np.array(times))


def test_each_stroke_is_one_peak_of_a_piece() -> None:
    two = piece([1.0, 1.5], 3.0)
    clues, struck = peaks_of(two)
    assert struck.sum() == 2
    assert clues.shape == (len(struck), len(WEIGHTS))
    assert clues[struck, 0].min() > np.median(clues[:, 0])


def test_what_is_learnt_tells_strokes_from_the_other_peaks() -> None:
    times = np.arange(0.6, 7.5, 0.4).tolist()
    played = piece(times, 8.0)
    learnt = learn([played])
    assert f_measure(played, *learnt) > 0.9
    assert f_measure(played, -99.0, WEIGHTS) == 0.0


def test_the_weights_of_a_law_are_found_again() -> None:
    rng = np.random.default_rng(1)
    clues = rng.normal(2, (1, 3), (4000, 2))
    struck = rng.random(4000) < 1 / (1 + np.exp(3 - 2 * clues[:, 0] + clues[:, 1]))
    bias, weights = weigh(clues, struck)
    assert bias == pytest.approx(-3, abs=0.5)
    assert weights == pytest.approx((2, -1), abs=0.2)


def test_the_numbers_are_printed_as_they_are_written_in_the_source() -> None:
    rows = told(BIAS, WEIGHTS).splitlines()
    assert rows == [f"BIAS = {BIAS}", f"PEAK = {PEAK}", f"CAME = {CAME}", f"WENT = {WENT}"]


def test_a_stroke_is_matched_once() -> None:
    assert matched([1.0, 2.0, 3.0], [0.97, 1.03, 2.04, 3.2]) == 2
    assert merged([1.0, 1.03, 1.2]).tolist() == [1.0, 1.2]


@pytest.mark.parametrize("heard_through", [before_microphone, through_amplifier])
def test_a_seed_gives_the_same_piece_again(heard_through) -> None:  # type: ignore[no-untyped-def]
    sound = plucked([(0.2, 45, 90, 0.4)], 1.0, RATE)
    one, other = (heard_through(sound, RATE, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, other)
    assert len(one) == len(sound)
    assert np.isfinite(one).all()


def test_without_a_soundfont_it_says_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/fluidsynth")
    with pytest.raises(HearingError, match="--soundfont"):
        next(pieces_of([known()], Path("none.sf2"), np.random.default_rng(0)))
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(HearingError, match="install"):
        next(pieces_of([known()], Path("none.sf2"), np.random.default_rng(0)))


def test_a_file_of_parts_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["learn_evidence", "none.npz"])
    with pytest.raises(SystemExit):
        main()
    assert "none.npz: no such file" in capsys.readouterr().err


def test_a_part_is_played_and_sounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without fluidsynth: the project's own strings sound the notes."""
    font = tmp_path / "font.sf2"
    font.touch()
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/fluidsynth")
    monkeypatch.setattr(
        "engine.hearing.training.pieces.sounded",
        lambda notes, *_: plucked([(n[0], n[2], n[3], n[1]) for n in notes], 25.0, RATE),
    )
    clean, amp = next(pieces_of([known()], font, np.random.default_rng(0)))
    assert len(clean.samples) == len(amp.samples) == 25 * RATE
    assert 30 < len(clean.strokes) < 60
    assert f_measure(clean, BIAS, WEIGHTS) > 0.8


def known() -> KnownPart:
    """Two notes a second for half a minute."""
    count = 60
    time, pitch = 1.0 + 0.5 * np.arange(count), np.array([45, 47, 52, 50] * (count // 4))
    part = Played(time, pitch, np.full(count, 90), 0.5 * np.arange(count + 6))
    return KnownPart("song", True, part, np.arange(count + 6) % 4 == 0)
