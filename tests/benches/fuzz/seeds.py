"""Whole inputs, made in code, that the damage is done to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import mido

from tests.support.midi_files import band, maps, midi, solo, track

ROOT = Path(__file__).parents[3]


def songs(_folder: Path) -> Sequence[bytes]:
    """A band, strings on channels of their own, changes of metre, a RIFF wrapper, drums alone."""
    strings = [
        track([(beat + string / 8, 0.5, 40 + 5 * string, 90) for beat in range(8)],
              channel=string, program=27, name=f"Guitar string {string + 1}")
        for string in range(6)
    ]  # fmt: skip
    changes = maps(bpm=[(0, 120), (4, 90)], metres=[(0, 1, 4), (1, 4, 4), (9.01, 3, 4), (18, 6, 8)])
    guitar = track([(beat / 2, 0.4, 45 + beat % 7, 90) for beat in range(48)], program=27)
    plain = band(4)
    wrapped = b"RIFF" + (len(plain) + 12).to_bytes(4, "little") + b"RMIDdata"
    return (
        plain,
        midi(*strings),
        midi(changes, guitar),
        wrapped + len(plain).to_bytes(4, "little") + plain,
        solo(4),
    )


def recordings(folder: Path) -> Sequence[bytes]:
    """A jam as drumd records it."""
    from drumd.recording.moment import Moment
    from drumd.recording.recorder import DRUMS, GUITAR, Recorder
    from drumd.timing.song_state import SongState
    from drumd.timing.timeline import Timeline
    from engine.music.notes import Metre

    path = folder / "jam.mid"
    recorder = Recorder([path], Metre())
    song = Timeline(0.0, 0.0, 120.0)
    for step in range(100):
        now = step / 10
        recorder.hear(now, GUITAR, mido.Message("note_on", note=40 + step % 12, velocity=90))
        recorder.hear(now, DRUMS, mido.Message("note_on", note=36, channel=9))
        if step % 10 == 0:
            recorder.tell(now, Moment("host", 1.0, (0.1, 0.4)).to_text())
        recorder.follow(now, SongState(song, rolling=True))
    recorder.close(10.0)
    return [path.read_bytes()]


def configs(_folder: Path) -> Sequence[bytes]:
    return [
        (ROOT / "configs" / "listen.toml").read_bytes(),
        b'in = "Guitar"\nout = "AI Drums"\nbpm = 112.5\nclock = "auto"\nmetre = "6/8"\n'
        b'latency_ms = 3.5\nstyle = "rock"\ndensity = 0.5\nseed = 4\nfill = "cc 80"\nlink = true\n'
        b'record = "jam.mid"\ntemperature = 0.6\nforce = false\n',
    ]


def recipes(_folder: Path) -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "configs").glob("*.toml"))]


def onsets(_folder: Path) -> Sequence[bytes]:
    notes = [[beat / 2, 40 + beat % 5, 90] for beat in range(24)]
    records = [{"name": "one", "onsets": notes}, {"onsets": notes[:8], "bpm": 120}]
    return [
        json.dumps(records).encode(),
        json.dumps({"records": records}).encode(),
        json.dumps({"onsets": notes[:9], "count_in": [0.0, 0.5, 1.0, 1.5]}).encode(),
    ]


def bundles(_folder: Path) -> Sequence[bytes]:
    from engine.inference.bundle import ABOUT, SHIPPED

    return [(SHIPPED / ABOUT).read_bytes()]


def corpus_heads(folder: Path) -> Sequence[bytes]:
    _make_corpus(folder)
    return [(folder / "corpus.json").read_bytes()]


def corpora(folder: Path) -> Sequence[bytes]:
    _make_corpus(folder)
    return [(folder / "corpus.safetensors").read_bytes()]


def _make_corpus(folder: Path) -> None:
    from engine.corpus.pairs import song_pairs
    from engine.corpus.store import Report, SongInfo, write_corpus
    from engine.midi.read import parse_song

    pairs = song_pairs(parse_song(band(16)))
    songs = [(SongInfo(f"{name}.mid", "train", strict=1), pairs) for name in "ab"]
    write_corpus(folder / "made", songs, Report(2, 2, {}))
    for name in ("corpus.json", "corpus.safetensors"):
        (folder / name).write_bytes((folder / "made" / name).read_bytes())


def checkpoints(folder: Path) -> Sequence[bytes]:
    from engine.models.networks import build_network
    from engine.training.checkpoint import Checkpoint, save_checkpoint

    small = {"encoder_size": 8, "decoder_size": 16, "aligned_size": 8, "attention_size": 8}
    weights = build_network(small).state_dict()
    path = folder / "seed.safetensors"
    about = {"task": "drums", "trained_on": []}
    save_checkpoint(path, Checkpoint(weights, {}, {"model": small}, about, 3, 1.0, {"loss": 0.0}))
    return [path.read_bytes()]
