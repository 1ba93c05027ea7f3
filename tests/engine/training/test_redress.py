"""A bundle with other grooves or another way of playing."""

import pytest

from engine.errors import BundleError
from engine.inference.bundle import GROOVES, LISTEN, PLAY, open_bundle
from engine.inference.infer import BundleDrummer
from engine.training.redress import redress
from tests.support.bundles import BOOK_OF_SEVEN, first_kit_bundle, tiny_bundle, write_grooves


def test_grooves_and_dials_change_and_the_network_stays(tmp_path):
    source = tiny_bundle(tmp_path / "source", guidance=0.5, floor=0.1)
    grooves = write_grooves(tmp_path / "grooves", BOOK_OF_SEVEN[:3])
    other = open_bundle(redress(source, tmp_path / "other", {"guidance": 2.0}, grooves=grooves))
    assert (other.playing.guidance, other.playing.floor) == (2.0, 0.1)
    assert other.grooves.read_bytes() == (grooves / GROOVES).read_bytes()
    assert len(BundleDrummer(other.folder).guide.book) == 3
    for name in (LISTEN, PLAY):
        assert (other.folder / name).read_bytes() == (source / name).read_bytes()


def test_without_grooves_its_own_stay(tmp_path):
    source = tiny_bundle(tmp_path / "source")
    other = redress(source, tmp_path / "other", {})
    assert (other / GROOVES).read_bytes() == (source / GROOVES).read_bytes()


def test_a_bundle_without_grooves_and_a_folder_of_other_things_are_refused(tmp_path):
    with pytest.raises(BundleError, match="knows no grooves"):
        redress(first_kit_bundle(tmp_path / "first"), tmp_path / "other", {})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "song.mid").write_bytes(b"mine")
    with pytest.raises(BundleError, match="holds other things"):
        redress(tiny_bundle(tmp_path / "source"), tmp_path / "mine", {})
    assert (tmp_path / "mine" / "song.mid").read_bytes() == b"mine"
