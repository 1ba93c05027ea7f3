"""Files and folders that appear whole or not at all."""

from pathlib import Path

import pytest

from engine.storage import atomic
from engine.storage.atomic import new_file, new_folder, write_file


def test_a_file_that_breaks_off_leaves_what_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "a.mid"
    path.write_bytes(b"before")

    def broken():
        with new_file(path) as beside:
            beside.write_bytes(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        broken()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.mid", b"before")]


def test_a_file_is_written_where_its_link_leads(tmp_path):
    target, link = tmp_path / "real.mid", tmp_path / "link.mid"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_file(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_an_old_folder_stands_until_the_new_one_is_in_its_place(tmp_path, monkeypatch):
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "old").write_text("")
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)  # not everywhere
    rename = type(folder).rename

    def refused(self, target):
        if target == folder and self.name != f"{folder.name}.old" and (self / "new").exists():
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(type(folder), "rename", refused)

    def swap():
        with new_folder(folder) as beside:
            (beside / "new").write_text("")

    with pytest.raises(OSError, match="denied"):
        swap()
    assert [path.name for path in folder.iterdir()] == ["old"]
    monkeypatch.undo()
    swap()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_is_at_its_place_at_every_step_where_two_names_can_be_exchanged(
    tmp_path, monkeypatch
):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    if not atomic._exchange(one, other):
        pytest.skip("this system exchanges no two names in one step")
    (other / "old").write_text("")

    def moved(*_):
        raise AssertionError("the folder leaves its place")

    monkeypatch.setattr(Path, "rename", moved)
    with new_folder(other) as beside:
        (beside / "new").write_text("")
    assert [path.name for path in other.iterdir()] == ["new"]
    assert {path.name for path in tmp_path.iterdir()} == {"one", "other"}
