"""What is read or is there already is kept, by whatever name it is called."""

import os

import pytest

from engine.errors import OutputError
from engine.storage.outputs import OUR_PAGE, check_outputs, free_name


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(b"precious")
    return path


def test_what_is_read_is_never_written_over_whatever_it_is_called(song, tmp_path):
    soft, hard = tmp_path / "soft.mid", tmp_path / "hard.mid"
    soft.symlink_to(song)
    os.link(song, hard)
    for name in (song, soft, hard, tmp_path / "x" / ".." / "song.mid"):
        with pytest.raises(OutputError, match="is what is read"):
            check_outputs([song], [name], force=True)


def test_all_files_of_a_bundle_that_is_read_are_kept(tmp_path):
    bundle, link = tmp_path / "bundle", tmp_path / "drums.mid"
    bundle.mkdir()
    (bundle / "play.onnx").write_bytes(b"precious")
    os.link(bundle / "play.onnx", link)
    for name in (link, bundle / "play.onnx"):
        with pytest.raises(OutputError, match="is what is read"):
            check_outputs([bundle], [name], force=True)


def test_a_file_that_is_there_is_kept_unless_forced(song):
    with pytest.raises(OutputError, match="--force"):
        check_outputs([], [song], force=False)
    check_outputs([], [song], force=True)


def test_a_page_that_drumd_made_is_made_again_and_no_other(tmp_path):
    page = tmp_path / "jam.html"
    page.write_bytes(b"<html>mine")
    with pytest.raises(OutputError):
        check_outputs([], [page], force=False, pages=True)
    page.write_bytes(b"<html>" + OUR_PAGE)
    check_outputs([], [page], force=False, pages=True)


def test_two_outputs_are_two_files(tmp_path):
    with pytest.raises(OutputError, match="twice"):
        check_outputs([], [tmp_path / "a", tmp_path / "b" / ".." / "a"], force=True)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OutputError, match="is a folder"):
        check_outputs([], [tmp_path], force=True)


def test_a_recording_takes_the_next_number_that_is_free(song):
    assert free_name(song).name == "song-2.mid"
    song.with_name("song-2.mid").symlink_to("nowhere")  # a link counts, wherever it leads
    assert free_name(song).name == "song-3.mid"
    assert free_name(song.with_name("new.mid")).name == "new.mid"
