"""Figures of recordings: `python -m tests.benches.beats.recordings [FOLDER] [--songs SONG.mid...]`.

FOLDER holds guitars and their true beats (`audio.json`). Their beats are found over the whole file,
and live, as the notes that were heard come in. Each of the songs is drummed to twice: by the notes
of its guitar, and by that guitar as fluidsynth makes it sound; both are held against its own drums.
What was heard is drummed to once more on the song's own beats: that tells what found ones cost.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

import numpy as np
from mir_eval import beat as beat_measures
from mir_eval import onset as onset_measures

from drumd.cli.transcribe import hear
from engine.beats.training.conditions import Array, Played, count_in
from engine.hearing.transcribe import Transcript
from engine.inference.infer import BundleDrummer
from engine.inference.recording import onsets_of
from engine.inference.render import Job, drum
from engine.midi.contents import TempoMap, open_contents
from engine.midi.instruments import choose, drums, instruments
from engine.midi.recorded import TimedNote, recorded_file
from engine.midi.write import drum_file
from tests.benches.beats.__main__ import perform
from tests.benches.beats.score import FROM_S

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
BEATS_IN_A_BAR, AFTER_S = 4, 4.0
NEAR_S = 0.05  # strokes on one key this near are the same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--songs", type=Path, nargs="*", default=[])
    parser.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # mir_eval on short records
    for line in chain(_beats(asked.folder), _drums(asked.songs, asked.soundfont)):
        print(line, flush=True)  # noqa: T201


def _beats(folder: Path | None) -> Iterator[str]:
    """A line for each guitar, and the mean."""
    if folder is None:
        return
    rows = []
    for record in json.loads((folder / "audio.json").read_text("utf-8")):
        if record["split"] == "drums":
            continue
        rows.append(row := beat_scores(folder / record["file"], record))
        yield f"{record['name']}: F " + ", ".join(f"{k} {v:.2f}" for k, v in row.items())
    yield "mean: F " + ", ".join(f"{k} {np.mean([row[k] for row in rows]):.3f}" for k in rows[0])


def beat_scores(path: Path, record: dict[str, Any]) -> dict[str, float]:
    """F of the beats over the whole file, and live in each mode."""
    heard = hear(path, None)
    beats, ones = np.array(record["beats"]), np.array(record["downbeats"])
    columns = [np.array(column) for column in zip(*onsets_of(heard.transcript), strict=True)]
    part = Played(*columns, beats)
    first = float(part.time[0])
    is_one = np.isin(beats, ones) if len(ones) else np.arange(len(beats)) % 4 == 0
    bpm = 60 / float(np.median(np.diff(beats)))
    taps = count_in(part, beats, is_one, first, np.random.default_rng(0), "clean")
    live: dict[str, dict[str, Any]] = {
        "free": {},
        "hint 8 % fast": {"bpm": 1.08 * bpm},
        "hint 8 % slow": {"bpm": bpm / 1.08},
        "count-in": {"count_in": taps},
    }
    found = {"whole file": heard.beats.times}
    for mode, told in live.items():
        found[f"live, {mode}"] = np.array([beat.time for beat in perform(part, told)[0]])
    return {mode: _f(times, beats, first) for mode, times in found.items()}


def _f(found: Array, true: Array, first: float) -> float:
    start, end = first + FROM_S, true[-1] + 0.01
    kept = found[(found >= start) & (found <= end)]
    return float(beat_measures.f_measure(true[true >= start], kept)) if len(kept) else 0.0


def _drums(songs: list[Path], soundfont: Path) -> Iterator[str]:
    """A line for each song, and the mean."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for song in songs:
            rows.append(row := drum_scores(song, Path(folder), soundfont))
            yield f"{song.stem}: drums' F1 {_told(row)}"
    if rows:
        yield f"mean: {_told(np.mean(rows, 0))}"


def _told(row: Sequence[float]) -> str:
    notes, sound, beats = row
    return f"from notes {notes:.3f}, from sound {sound:.3f}, with true beats {beats:.3f}"


def drum_scores(song: Path, folder: Path, soundfont: Path) -> tuple[float, float, float]:
    """F1 against the song's own drums of those by a guitar's notes, by its sound, and by what was
    heard of it on the song's beats."""
    file, guitar, sound = open_contents(song), folder / "guitar.mid", folder / "guitar.wav"
    guitar.write_bytes(drum_file(file.raw, [], guitar=choose(instruments(file)).places))
    command = ["fluidsynth", "-ni", "-g", "0.6", "-F", str(sound), str(soundfont), str(guitar)]
    subprocess.run(command, check=True, capture_output=True)
    drummer, out = BundleDrummer(None), folder / "drums.mid"
    truth, found, heard = strokes(song), list[float](), hear(sound, None)
    notes = [TimedNote(n.time, n.duration, n.pitch, n.velocity) for n in heard.transcript.notes]
    on_time = recorded_file(notes, true_beats(song, heard.transcript), BEATS_IN_A_BAR)
    for job in (Job(guitar, out), *(Job(sound, out, heard=m) for m in (heard.midi, on_time))):
        drum(job, drummer)
        found.append(_agreement(truth, strokes(out)))
    return found[0], found[1], found[2]


def true_beats(song: Path, heard: Transcript) -> list[float]:
    """The quarter notes of a song in 4/4, until some after the last note, in seconds."""
    file = open_contents(song)
    times, last = TempoMap(file.tempos, file.division), heard.notes[-1].time + AFTER_S
    beats = takewhile(lambda at: at < last, (times.at(k * file.division) for k in count()))
    return list(beats)


def strokes(path: Path) -> dict[int, Array]:
    """When each drum is struck, in seconds, by its key."""
    file = open_contents(path)
    times = TempoMap(file.tempos, file.division)
    found: dict[int, list[float]] = {}
    for part in drums(file):
        for line in part.lines:
            for note in line.notes:
                found.setdefault(note.pitch, []).append(times.at(note.tick))
    return {key: np.unique(struck) for key, struck in found.items()}


def _agreement(truth: dict[int, Array], answer: dict[int, Array]) -> float:
    """F1 over the strokes of all keys."""
    hits = 0.0
    for key in truth.keys() & answer.keys():
        _, precision, _ = onset_measures.f_measure(truth[key], answer[key], window=NEAR_S)
        hits += precision * len(answer[key])
    return 2 * hits / max(1, sum(map(len, truth.values())) + sum(map(len, answer.values())))


if __name__ == "__main__":
    main()
