"""Files and folders that appear whole or not at all."""

import pytest

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
