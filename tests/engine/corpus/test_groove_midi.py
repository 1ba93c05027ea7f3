"""The Groove MIDI Dataset's own table stands for a manifest."""

from engine.corpus.manifest import find_songs
from engine.corpus.store import SongInfo
from tests.support.midi_files import write

HEAD = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration"
ROWS = (
    "d1,d1/s1,d1/s1/1,afrocuban/bembe,110,beat,4-4,d1/one.mid,d1/one.wav,20.0,train",
    "d1,d1/s1,d1/s1/2,funk/fast,138,fill,4-4,d1/two.mid,d1/two.wav,2.0,test",
    "d1,d1/s1,d1/s1/3,punk,138,beat,4-4,d1/three.mid,d1/three.wav,2.0,validation",
)


def infos(folder):
    return {song.info.file: song.info for song in find_songs([folder])}


def test_its_splits_styles_and_licence_are_known(tmp_path):
    write(tmp_path / "d1", one=b"", two=b"", three=b"")
    (tmp_path / "info.csv").write_text("\n".join([f"{HEAD},split", *ROWS]))
    found = infos(tmp_path)
    assert found["d1/one.mid"] == SongInfo(
        "d1/one.mid", "train", "groove_midi", "CC-BY-4.0", "clear", "drums", "", "d1/s1/1", 0,
        "latin",
    )  # fmt: skip
    assert [found[f"d1/{name}.mid"].split for name in ("two", "three")] == ["valid", "valid"]
    assert [found[f"d1/{name}.mid"].genre for name in ("two", "three")] == ["funk", "rock"]


def test_a_manifest_goes_before_it(tmp_path):
    write(tmp_path / "d1", one=b"")
    (tmp_path / "info.csv").write_text("\n".join([f"{HEAD},split", *ROWS]))
    (tmp_path / "manifest.csv").write_text("file,split\nd1/one.mid,valid\n")
    assert infos(tmp_path)["d1/one.mid"].split == "valid"


def test_another_table_of_that_name_is_left_alone(tmp_path):
    write(tmp_path, one=b"")
    (tmp_path / "info.csv").write_text("midi_filename,split\none.mid,train\n")
    assert infos(tmp_path)["one.mid"].source == ""
