"""`drumd generate` as a user types it, with the bundle that ships."""

import json
from statistics import median

import mido
import pytest
from click.testing import CliRunner

from drumd.cli import main
from tests.support.midi_files import band

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def riff(tmp_path):
    path = tmp_path / "riff.mid"
    path.write_bytes(band(2))
    return path


def generate(*args):
    return CliRunner().invoke(main, ["generate", *map(str, args)])


def test_drums_go_where_they_are_asked_to(riff, tmp_path):
    result = generate(riff, "-o", tmp_path / "drums.mid")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "drums.mid").read_bytes().startswith(b"MThd")
    assert "2 bars" in result.stdout and "Guitar" in result.stdout


def test_without_a_place_they_go_beside_the_guitar(riff):
    assert generate(riff).exit_code == 0
    assert riff.with_name("riff.drums.mid").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(riff, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert generate(riff, "-o", tmp_path / name, "--seed", seed).exit_code == 0
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


def test_drums_that_are_there_are_not_overwritten_unless_forced(riff, tmp_path):
    drums = tmp_path / "drums.mid"
    drums.write_bytes(b"precious")
    result = generate(riff, "-o", drums)
    assert result.exit_code == 1 and "--force" in result.output
    assert drums.read_bytes() == b"precious"
    assert generate(riff, "-o", drums, "--force").exit_code == 0
    assert drums.read_bytes() != b"precious"


def test_the_guitar_is_never_overwritten(riff):
    before = riff.read_bytes()
    result = generate(riff, "-o", riff, "--force")
    assert result.exit_code == 1 and "is what is read" in result.output
    assert riff.read_bytes() == before


def test_an_unknown_track_lists_the_tracks(riff):
    result = generate(riff, "--track", "oboe")
    assert result.exit_code == 1
    assert "1  Guitar (guitar, 16 notes)" in result.output and "Traceback" not in result.output


def test_with_json_stdout_holds_one_document(riff, tmp_path):
    result = generate(riff, "-o", tmp_path / "drums.mid", "--json")
    (file,) = json.loads(result.stdout)["files"]
    assert (file["bars"], file["error"]) == (2, "")
    assert file["target"] == str(tmp_path / "drums.mid")


def test_a_broken_file_is_told_and_the_others_are_done(riff, tmp_path):
    broken, other = tmp_path / "broken.mid", tmp_path / "other.mid"
    broken.write_bytes(b"MThd, or so it says")
    other.write_bytes(band(2, pitch=50))
    result = generate(
        riff, broken, tmp_path / "missing.mid", other, "-o", tmp_path / "out", "--json"
    )
    assert result.exit_code == 1
    files = json.loads(result.stdout)["files"]
    assert [bool(file["error"]) for file in files] == [False, True, True, False]
    assert "broken.mid" in files[1]["error"] and "missing.mid" in files[2]["error"]
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == ["other.drums.mid", "riff.drums.mid"]


def test_the_drums_of_a_song_are_the_same_alone_and_among_others(riff, tmp_path):
    other = tmp_path / "other.mid"
    other.write_bytes(band(3))
    assert generate(riff, "-o", tmp_path / "alone.mid").exit_code == 0
    assert generate(other, riff, "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "riff.drums.mid").read_bytes() == (
        tmp_path / "alone.mid"
    ).read_bytes()


def test_two_guitars_of_one_name_are_refused_before_the_work(riff, tmp_path):
    (tmp_path / "sub").mkdir()
    twin = tmp_path / "sub" / "riff.mid"
    twin.write_bytes(riff.read_bytes())
    assert generate(riff, twin, "-o", tmp_path / "out").exit_code == 2


def test_several_guitars_need_a_folder(riff, tmp_path):
    (tmp_path / "file").write_text("")
    assert generate(riff, riff.with_name("x.mid"), "-o", tmp_path / "file").exit_code == 2


def test_a_bundle_that_is_none_is_one_sentence(riff, tmp_path):
    result = generate(riff, "--model", tmp_path)
    assert result.exit_code == 1 and "no bundle" in result.output


def strokes(path):
    return [
        (message.note, message.velocity)
        for track in mido.MidiFile(path).tracks
        for message in track
        if message.type == "note_on" and message.velocity
    ]


def test_drums_are_as_dense_and_as_hard_as_they_are_told_to_be(riff, tmp_path):
    found = []
    for value in ("0", "1"):
        drums = tmp_path / f"{value}.mid"
        knobs = ("--density", value, "--intensity", value, "--style", "Rock", "--humanize", "0.5")
        assert generate(riff, "-o", drums, *knobs).exit_code == 0
        found.append(strokes(drums))
    (few, many), soft, hard = map(len, found), *map(velocities, found)
    assert many > 2 * few and max(soft) < 60 < 90 < median(hard)  # ghost notes stay softer


def velocities(found):
    return [velocity for _, velocity in found]


@pytest.mark.parametrize("wish", [("--style", "polka"), ("--density", "2"), ("--humanize", "-1")])
def test_a_wish_that_is_none_is_refused(riff, wish):
    assert generate(riff, *wish).exit_code == 2
