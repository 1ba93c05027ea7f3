"""A recording as a user hands it over: heard to MIDI, and drummed to in its own time."""

import json
import re
import wave

import numpy as np
import pytest
from click.testing import CliRunner

from drumd.cli import main
from engine.midi.contents import TempoMap, open_contents
from tests.support.plucked import plucked

pytest.importorskip("miniaudio")
pytestmark = pytest.mark.timeout(300)

RATE, BEAT_S, FIRST_S = 44_100, 0.6, 0.7
RIFF = (40, 52, 47, 52, 43, 55, 47, 52)  # eighths


@pytest.fixture(scope="module")
def riff(tmp_path_factory):
    notes = [
        (FIRST_S + k * BEAT_S / 2, RIFF[k % 8], 105 if k % 8 == 0 else 75, 0.25) for k in range(32)
    ]
    path = tmp_path_factory.mktemp("riff") / "riff.wav"
    write(path, plucked(notes, 11.0, RATE))
    return path


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((32_000 * samples).astype("<i2").tobytes())


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_a_riff_is_written_in_its_own_time(riff, tmp_path):
    one, heard = FIRST_S + 2 * BEAT_S, tmp_path / "heard.mid"
    result = run("transcribe", riff, "-o", heard, "--bpm", 104, "--one", one, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    bars = (told["first_bar_s"] - one) / BEAT_S / told["beats_in_a_bar"]
    assert abs(bars - round(bars)) < 0.1
    assert told["notes"] >= 24 and told["bpm"] == pytest.approx(100, abs=3)
    found = open_contents(tmp_path / "heard.mid")
    times = TempoMap(found.tempos, found.division)
    (line,) = found.lines
    eighths = (np.array([times.at(note.tick) for note in line.notes]) - FIRST_S) / (BEAT_S / 2)
    assert np.median(np.abs(eighths - np.round(eighths))) < 0.08
    beats = np.array([times.at(k * found.division) for k in range(4, 14)])
    places = (beats - FIRST_S) / (BEAT_S / 2)  # on a beat, or at least on its half
    assert np.abs(places - np.round(places)).max() < 0.2


def test_drums_and_a_mix_fit_the_recording(riff, tmp_path):
    drums, mix = tmp_path / "drums.mid", tmp_path / "mix.wav"
    result = run("generate", riff, "-o", drums, "--mix", mix)
    assert result.exit_code == 0, result.output
    words = r"at about (\d+) bpm, \d beats in a bar, a bar from ([\d.]+) s on .*--bpm, --one"
    ((bpm, bar),) = re.findall(words, result.output)
    found = open_contents(drums)
    times = TempoMap(found.tempos, found.division)
    struck = np.array([times.at(note.tick) for line in found.lines for note in line.notes])
    assert len(struck) > 12 and struck.max() < 12
    beats = np.array([times.at(k * found.division) for k in range(14)])
    assert float(bpm) == pytest.approx(60 / np.median(np.diff(beats[4:])), abs=1)
    assert np.abs(beats - float(bar)).min() < 0.02
    eighths = (struck - FIRST_S) / (BEAT_S / 2)
    assert np.median(np.abs(2 * eighths - np.round(2 * eighths))) < 0.2
    with wave.open(str(mix)) as file:
        assert file.getnchannels() == 2 and file.getnframes() / file.getframerate() >= 11


@pytest.mark.parametrize(
    "name, data, word",
    [
        ("silence.wav", None, "no guitar"),
        ("noise.mp3", b"this is no sound at all", "no audio file"),
        ("gone.flac", b"", "no audio file"),
    ],
)
def test_what_cannot_be_heard_is_said_and_nothing_is_written(tmp_path, name, data, word):
    path = tmp_path / name
    if data is None:
        write(path, np.zeros(RATE))
    else:
        path.write_bytes(data)
    result = run("transcribe", path)
    assert result.exit_code == 1 and word in result.output
    assert sorted(tmp_path.iterdir()) == [path]
    assert run("transcribe", tmp_path / "nowhere.wav").exit_code == 1


def test_a_mix_is_for_a_recording(tmp_path):
    path = tmp_path / "riff.mid"
    path.write_bytes(b"MThd")
    result = run("generate", path, "--mix", tmp_path / "mix.wav")
    assert result.exit_code == 2 and "drumd render" in result.output
