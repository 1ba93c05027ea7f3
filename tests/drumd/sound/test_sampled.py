"""Kits of the user's own: a folder of sounds, SFZ files, soundfonts."""

from __future__ import annotations

import importlib.util
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from drumd.sound.drums import Drums
from drumd.sound.errors import SoundError
from drumd.sound.kits import soundfont
from drumd.sound.kits.build import loudness_db
from drumd.sound.kits.kit import Kit
from drumd.sound.kits.pieces import Piece
from drumd.sound.kits.sampled import SNARE_DB, own_kit
from drumd.sound.kits.store import load_kit

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("miniaudio") is None, reason="needs miniaudio"
)
RATE = 48_000
FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")


def tone(path: Path, hz: float, *, level: float = 0.5, seconds: float = 0.2) -> Path:
    """A WAV file that rings at that pitch and dies away."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave_form = level * np.sin(2 * np.pi * hz * time) * np.exp(-time / 0.05)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((wave_form * 32_767).astype("<i2").tobytes())
    return path


def pitch(kit: Kit, piece: Piece, velocity: int) -> float:
    sound = kit.sound(piece, velocity)[:, 0]
    return float(np.abs(np.fft.rfft(sound, RATE)).argmax())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tone(tmp_path / "Kick.wav", 60)
    tone(tmp_path / "snare-v1.wav", 200, level=0.05)
    tone(tmp_path / "snare-v2-1.wav", 300)
    tone(tmp_path / "snare-v2-2.wav", 310)
    tone(tmp_path / "closed_hat.wav", 8000)
    (tmp_path / "notes.txt").write_text("no sound")
    return tmp_path


def test_files_named_as_the_pieces_are_a_kit(folder: Path) -> None:
    kit = load_kit(str(folder), RATE)
    assert pitch(kit, Piece.KICK, 100) == pytest.approx(60, abs=3)
    assert pitch(kit, Piece.SNARE, 20) == pytest.approx(200, abs=3)
    assert {round(pitch(kit, Piece.SNARE, 120), -1) for _ in range(2)} == {300, 310}


def test_layers_are_equally_loud_and_the_snare_as_loud_as_in_the_kits_that_ship(
    folder: Path,
) -> None:
    kit = own_kit(str(folder), RATE)
    loud = [loudness_db(kit.sound(Piece.SNARE, velocity), RATE) for velocity in (20, 120)]
    assert loud == pytest.approx([SNARE_DB, SNARE_DB], abs=0.5)


def test_what_a_kit_does_not_have_another_piece_stands_in_for(folder: Path) -> None:
    kit = own_kit(str(folder), RATE)
    assert pitch(kit, Piece.OPEN_HAT, 100) == pytest.approx(8000, abs=20)
    assert Piece.COWBELL not in kit.pieces
    drums = Drums(kit)
    assert drums.strike(56, 100, 0) is None and drums.unknown == 1


SFZ = """
// a kit
<control> default_path=sounds/ #define $SNARE 38
<group> key=36 sample=kick.wav
<region> hivel=63 volume=-3
<region> lovel=64 sample=kick hard.wav
<group> key=$SNARE seq_length=2
<region> seq_position=1 sample=snare.wav
<region> seq_position=2 sample=snare2.wav
<group> /* on release only */ key=42 trigger=release
<region> sample=kick.wav
<group> lokey=d#3 hikey=e3
<region> sample=kick.wav
"""


def test_an_sfz_file_is_read_with_its_groups_layers_and_turns(tmp_path: Path) -> None:
    sounds = {"kick": 60, "kick hard": 90, "snare": 200, "snare2": 230}
    for name, hz in sounds.items():
        tone(tmp_path / "sounds" / f"{name}.wav", hz)
    (tmp_path / "kit.sfz").write_text(SFZ)
    kit = load_kit(str(tmp_path / "kit.sfz"), RATE)
    assert pitch(kit, Piece.KICK, 63) == pytest.approx(60, abs=3)
    assert pitch(kit, Piece.KICK, 64) == pytest.approx(90, abs=3)
    assert {round(pitch(kit, Piece.SNARE, 100), -1) for _ in range(2)} == {200, 230}
    assert Piece.CLOSED_HAT not in kit.pieces
    assert pitch(kit, Piece.RIDE, 100) == pytest.approx(60, abs=3)  # 51 is d#3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<region> key=36 sample=none.wav", "none.wav cannot be read: it is not there"),
        ("<region> key=36", "holds no sound of a drum"),
        ("<region> key=36 lovel=loud sample=a.wav", "kit.sfz: invalid literal"),
        ('#include "kit.sfz"', "include each other"),
        ("no sfz at all", "holds no sound of a drum"),
    ],
)
def test_a_kit_that_cannot_be_is_one_sentence(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "kit.sfz").write_text(text)
    with pytest.raises(SoundError, match=problem):
        load_kit(str(tmp_path / "kit.sfz"), RATE)


def test_an_empty_folder_and_a_missing_file_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="name files as the pieces are"):
        load_kit(str(tmp_path), RATE)
    with pytest.raises(SoundError, match="is not there"):
        load_kit(str(tmp_path / "none.sf2"), RATE)


def test_a_soundfont_is_struck_once_and_kept_as_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    if not FONT.exists() or shutil.which("fluidsynth") is None:
        pytest.skip("needs fluidsynth and fluid-soundfont-gm")
    monkeypatch.setattr(soundfont, "VELOCITIES", (127,))
    monkeypatch.setattr(soundfont, "APART_S", 2.0)
    kit = load_kit(str(FONT), RATE)
    assert set(kit.pieces) == set(Piece)
    assert pitch(kit, Piece.KICK, 100) < 150 < 2000 < pitch(kit, Piece.CLOSED_HAT, 100)
