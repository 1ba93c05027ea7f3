"""A small corpus for tests: made-up songs with a guitar, a bass and drums."""

from __future__ import annotations

import random
from pathlib import Path

import mido

from engine.corpus.prepare import prepare_songs
from engine.corpus.store import Corpus, read_corpus

TICKS = 480
BARS = 12


def write_song(path: Path, number: int) -> Path:
    """A song of BARS bars: kick and snare with the guitar, hats in eighths; each number differs."""
    chance = random.Random(number)
    rhythm = sorted(chance.sample(range(16), 6))
    guitar = [(place, 40 + chance.randrange(20)) for place in rhythm]
    drums = [(place, 36 if place % 8 < 4 else 38) for place in rhythm] + [
        (place, 42) for place in range(0, 16, 2)
    ]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(100 + number)),
                mido.MetaMessage("time_signature", numerator=4, denominator=4),
            ]
        )
    )
    for name, channel, program, bar in (
        ("Guitar", 0, 27, guitar),
        ("Bass", 1, 33, guitar),
        ("Drums", 9, 0, drums),
    ):
        file.tracks.append(_track(name, channel, program, bar, chance))
    file.save(str(path))
    return path


def small_corpus(folder: Path, songs: int = 12) -> Path:
    """The folder of a corpus of a few songs, some of them held out."""
    music, corpus = folder / "music", folder / "corpus"
    music.mkdir(parents=True)
    for number in range(songs):
        write_song(music / f"song{number}.mid", number)
    rows = [
        f"song{number}.mid,{'valid' if number % 4 == 0 else 'train'}" for number in range(songs)
    ]
    (music / "manifest.csv").write_text("file,split\n" + "\n".join(rows) + "\n", "utf-8")
    prepare_songs([music], corpus, jobs=1)
    return corpus


def load_small(folder: Path) -> Corpus:
    return read_corpus(small_corpus(folder))


def _track(
    name: str, channel: int, program: int, bar: list[tuple[int, int]], chance: random.Random
) -> mido.MidiTrack:
    events = []
    for start in range(BARS):
        for place, pitch in bar:
            at = (start * 16 + place) * TICKS // 4
            loud = chance.randrange(60, 120)
            events.append((at, mido.Message("note_on", channel=channel, note=pitch, velocity=loud)))
            events.append((at + 100, mido.Message("note_off", channel=channel, note=pitch)))
    events.sort(key=lambda event: event[0])
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    track.append(mido.Message("program_change", channel=channel, program=program))
    now = 0
    for at, message in events:
        track.append(message.copy(time=at - now))
        now = at
    return track
