"""What reads strums is taught by strums of which all is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drumd.sound.strings.plucks import ACOUSTIC
from engine.beats.training.conditions import Played
from engine.beats.training.parts import KnownPart
from engine.hearing.strums import load, told
from engine.hearing.training.learn_strums import examples_of, main, measured, teach
from engine.hearing.training.strummed import (
    HIGHEST,
    LOWEST,
    SPREADS_S,
    STRINGS,
    StrummedPiece,
    TrueStrum,
    chords_of,
    fuller,
    strummed,
    strummed_pieces,
)
from tests.support.plucked import plucked

RATE = 44_100
TRIAD = (45, 52, 57)


def part(times: list[float], pitches: list[int]) -> Played:
    count = len(times)
    return Played(np.array(times), np.array(pitches), np.full(count, 90), 0.5 * np.arange(99))


def known(chords: int) -> KnownPart:
    times = [0.5 * k for k in range(chords) for _ in TRIAD]
    return KnownPart("song", True, part(times, [*TRIAD] * chords), np.arange(99) % 4 == 0)


def piece(spreads_s: list[float]) -> StrummedPiece:
    """A triad half a second apart, on the project's own strings."""
    notes, strums = [], []
    for k, spread_s in enumerate(spreads_s):
        first = 0.5 + 0.5 * k
        notes += [
            (first + spread_s * string / 2, pitch, 85, 0.4) for string, pitch in enumerate(TRIAD)
        ]
        strums.append(TrueStrum(first, spread_s, True))
    sound = plucked(notes, 0.5 * len(spreads_s) + 1, RATE, ACOUSTIC)
    return StrummedPiece(sound, RATE, tuple(strums))


def test_the_chords_of_a_part_are_what_sounds_together() -> None:
    times = [1.0, 1.01, 1.02, 2.0, 3.0, 3.0, 4.0, 4.0]
    pitches = [52, 45, 57, 60, 40, 47, 99, 50]
    assert chords_of(part(times, pitches)) == [[45, 52, 57], [40, 47]]
    assert chords_of(part([], [])) == []


def test_more_strings_double_those_that_sound() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        chord = fuller(TRIAD, rng)
        assert set(TRIAD) < set(chord) and len(chord) <= STRINGS[1]
        assert {pitch % 12 for pitch in chord} == {pitch % 12 for pitch in TRIAD}
        assert chord[0] >= LOWEST and chord[-1] <= HIGHEST and chord == sorted(chord)


def test_strings_are_struck_one_after_the_other() -> None:
    notes, strums = strummed([TRIAD], np.random.default_rng(3))
    counted = []
    for strum in strums:
        struck = [n for n in notes if strum.first <= n.time <= strum.first + strum.spread + 1e-9]
        counted.append(len(struck))
        times, pitches = [note.time for note in struck], [note.pitch for note in struck]
        assert times == sorted(times) and times[0] == strum.first
        assert times[-1] - times[0] == pytest.approx(strum.spread)
        assert pitches == sorted(pitches, reverse=not strum.down)
        assert strum.spread <= SPREADS_S[-1][1]
    assert sum(counted) == len(notes)
    assert {strum.down for strum in strums} == {True, False}
    assert 1 in counted and max(counted) > len(TRIAD)


def test_what_should_be_read_is_how_the_hand_went() -> None:
    spreads = [0.01, 0.08] * 6
    clues, truth = examples_of(piece(spreads))
    frame_s = 256 / RATE
    assert len(clues) == len(truth) > 8
    assert set((truth[:, 0] * frame_s).round(3)) == {0.01, 0.08}
    assert (truth[:, 1] == truth[:, 0]).all()


def test_a_piece_in_which_nothing_is_heard_teaches_nothing() -> None:
    silent = StrummedPiece(np.zeros(RATE, np.float32), RATE, (TrueStrum(0.5, 0.05, True),))
    clues, truth = examples_of(silent)
    assert len(clues) == len(truth) == 0


def test_what_is_taught_is_read_again() -> None:
    rng = np.random.default_rng(0)
    clues = rng.normal(0.3, 0.1, (4000, 5)).astype(np.float32)
    truth = np.stack([40 * clues[:, 0], 20 * clues[:, 1] - 6], 1)
    read = told(teach(clues, truth, seed=0), clues)
    assert np.abs(read - truth).mean() < 0.5 * np.abs(truth - np.median(truth, 0)).mean()
    assert "4000 strums" in measured(read, truth, 256 / RATE)


def test_each_song_is_heard_before_a_microphone_and_through_an_amplifier(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without fluidsynth: the project's own strings sound the notes."""
    font = tmp_path / "font.sf2"
    font.touch()
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/fluidsynth")
    monkeypatch.setattr(
        "engine.hearing.training.strummed.sounded",
        lambda notes, *_: plucked([(n[0], n[2], n[3], n[1]) for n in notes], 25.0, RATE),
    )
    ((clean, amp),) = strummed_pieces([known(3), known(20)], font, np.random.default_rng(0))
    assert clean.strums == amp.strums
    assert not np.array_equal(clean.samples, amp.samples)
    assert len(examples_of(clean)[0]) > 0.8 * len(clean.strums)


def test_a_file_of_parts_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["learn_strums", "none.npz", "model.npz"])
    with pytest.raises(SystemExit):
        main()
    assert "none.npz: no such file" in capsys.readouterr().err


def test_a_model_is_written_and_measured_on_songs_held_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module = "engine.hearing.training.learn_strums"
    parts, model = tmp_path / "parts.npz", tmp_path / "model.npz"
    parts.touch()
    two = piece([0.01, 0.06] * 4)
    monkeypatch.setattr(f"{module}.load_parts", lambda _: [])
    monkeypatch.setattr(f"{module}.strummed_pieces", lambda *_: iter([(two, two)] * 8))
    monkeypatch.setattr("sys.argv", ["learn_strums", str(parts), str(model), "--songs", "4"])
    main()
    clues, truth = examples_of(two)
    assert f"microphone: {measured(told(load(model), clues), truth, 256 / RATE)}" in (
        capsys.readouterr().out
    )
