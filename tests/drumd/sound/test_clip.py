"""Sound inside a page."""

from __future__ import annotations

import base64

import pytest

from drumd.sound import clip as clip_module
from drumd.sound.clip import clip
from drumd.sound.kits.kit import Kit
from tests.drumd.sound.conftest import RATE, tiny_kit
from tests.support.midi_files import band, midi, track


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_name: str, _rate: int) -> Kit:
        return tiny_kit()

    monkeypatch.setattr(clip_module, "load_kit", load)


def test_a_song_is_a_data_uri_and_a_long_one_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_module, "_kind", lambda: ".wav")
    kind, _, data = (clip(band(30)) or "").partition(";base64,")
    assert kind == "data:audio/wav" and base64.b64decode(data).startswith(b"RIFF")
    whole = len(data)
    monkeypatch.setitem(clip_module.LONGEST_S, ".wav", 1.0)
    assert len(clip(band(30)) or "") < whole - RATE


def test_what_cannot_sound_is_no_clip() -> None:
    assert clip(b"no song") is None
    assert clip(midi(track())) is None
