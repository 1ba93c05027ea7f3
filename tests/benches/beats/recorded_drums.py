"""What drums lose when the guitar is heard instead of read: `python -m
tests.benches.beats.recorded_drums FOLDER` (or SONG.mid...).

Of a folder the strict guitar songs in 4/4 that are kept for validation are taken, of the half that
`--part` names (engine.evaluation.songs): some 40 s a song.

The guitar of each song (in 4/4) sounds through fluidsynth and is heard. It is then drummed to in
several ways, from the notes of the file to the recording alone, so that each step of the way shows
what it costs. F1 is that of `engine.evaluation.hit_metrics`, in the bars where the guitar begins a
note and drums were played, and the mean of some takes: one differs from the next by some .03.

How late fluidsynth's guitars sound is no fault of ears or drums (an overdriven one reaches its peak
40 ms after its note): the median from a note to its stroke is taken off what was heard.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drumd.cli.transcribe import hear
from engine.beats.training.conditions import Array
from engine.beats.whole import find_beats
from engine.corpus.manifest import find_songs
from engine.evaluation.hit_metrics import mean_over_songs, score
from engine.evaluation.songs import PARTS, EvalSong, in_part
from engine.inference.infer import BundleDrummer
from engine.inference.recording import Recording, heard_notes
from engine.inference.render import Job, drum
from engine.midi.contents import Contents, TempoMap, open_contents
from engine.midi.instruments import choose, drums, instruments
from engine.midi.read import song_of
from engine.midi.recorded import TimedNote, recorded_file
from engine.midi.write import drum_file
from engine.music.kit import VOICE_OF
from engine.music.notes import COMMON_TIME
from engine.music.song import bars

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
BEATS_IN_A_BAR = 4
TAKES = (0, 1)  # seeds
CHORD_S, NEAR_S, LATEST_S = 0.05, 0.06, 0.08  # one chord; the same stroke; so late at most
NOTES, FOUND, HEARD, STRUCK, SOUND = (
    "notes",
    "notes on found beats",
    "heard notes on true beats",
    "heard strokes with true notes on true beats",
    "sound",
)


@dataclass(frozen=True)
class Case:
    """A song, and what was heard of its guitar; times in seconds."""

    song: EvalSong
    heard: Recording
    guitar_file: Path
    notes: list[TimedNote]
    beats: Array  # the song's quarter notes, until some after the last note
    late: float  # how long after its note a stroke is heard

    @classmethod
    def of(cls, path: Path, folder: Path, soundfont: Path) -> Case:
        file = open_contents(path)
        guitar, midi, sound = (
            choose(instruments(file)),
            folder / "guitar.mid",
            folder / "guitar.wav",
        )
        midi.write_bytes(drum_file(file.raw, [], guitar=guitar.places))
        command = ["fluidsynth", "-ni", "-g", "0.6", "-F", str(sound), str(soundfont), str(midi)]
        subprocess.run(command, check=True, capture_output=True)
        heard, times = hear(sound, None), TempoMap(file.tempos, file.division)
        notes = [
            TimedNote(times.at(n.tick), times.at(n.end) - times.at(n.tick), n.pitch, n.velocity)
            for n in guitar.struck
        ]
        count = file.end // file.division + 2 * BEATS_IN_A_BAR
        beats = np.array([times.at(k * file.division) for k in range(count)])
        strokes = np.array([one.time for one in heard.transcript.strokes if not one.slurred])
        late = float(np.median(_lags(np.unique([note.time for note in notes]), strokes)))
        played = tuple(bars(song_of(file)))
        song = EvalSong(path.name, "", guitar.notes, played, *_strokes(file, beats))
        return cls(song, heard, midi, notes, beats, late)

    def f1(self, heard: bytes | None, drummer: BundleDrummer, *, late: float = 0.0) -> float:
        """Of the drums to the guitar's file, or to what was heard instead, that comes `late`."""
        out, song = self.guitar_file.with_name("drums.mid"), self.song
        drum(Job(self.guitar_file, out, heard=heard), drummer)
        at, voices, _ = _strokes(open_contents(out), self.beats, late=late)
        scored = song.scored_bars()
        truth = song.roll(scored, song.hit_beats, song.hit_voices)
        return score(truth, song.roll(scored, at, voices)).f1

    def ways(self) -> dict[str, tuple[bytes | None, float]]:
        """What is drummed to in each way, and how late it comes."""
        found = find_beats([(note.time, note.pitch, note.velocity) for note in self.notes])
        assert found is not None
        heard = [
            note._replace(time=max(0.0, note.time - self.late))
            for note in heard_notes(self.heard.transcript, muted=True)
        ]
        return {
            NOTES: (None, 0.0),
            FOUND: (recorded_file(self.notes, found.times.tolist(), found.metre), 0.0),
            HEARD: (self._on_true_beats(heard), 0.0),
            STRUCK: (self._on_true_beats(_with_true_notes(heard, self.notes)), 0.0),
            SOUND: (self.heard.midi(for_drummer=True), self.late),
        }

    def _on_true_beats(self, notes: Sequence[TimedNote]) -> bytes:
        return recorded_file(notes, self.beats.tolist(), BEATS_IN_A_BAR)


def _lags(times: Array, strokes: Array) -> Array:
    """How long after each of the times its stroke comes, where one is near."""
    away = strokes[np.abs(strokes - times[:, None]).argmin(1)] - times
    return away[np.abs(away) < LATEST_S]


def _with_true_notes(heard: Sequence[TimedNote], true: Sequence[TimedNote]) -> list[TimedNote]:
    """The heard chords where no true one is near, and the true notes at heard moments."""
    chords = _chords(true)
    starts = np.array([chord[0].time for chord in chords])
    out: list[TimedNote] = []
    for chord in _chords(heard):
        near = int(np.abs(starts - chord[0].time).argmin())
        same = abs(starts[near] - chord[0].time) < NEAR_S
        out += [n._replace(time=chord[0].time) for n in (chords[near] if same else chord)]
    return out


def _chords(notes: Sequence[TimedNote]) -> list[list[TimedNote]]:
    chords: list[list[TimedNote]] = []
    for note in sorted(notes):
        if chords and note.time - chords[-1][0].time < CHORD_S:
            chords[-1].append(note)
        else:
            chords.append([note])
    return chords


def _strokes(
    file: Contents, beats: Array, *, late: float = 0.0
) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """The drums: beats of the song, which lie at the times `beats`, voices and velocities."""
    times = TempoMap(file.tempos, file.division)
    rows = [
        (times.at(note.tick) - late, VOICE_OF[note.pitch], note.velocity)
        for part in drums(file)
        for line in part.lines
        for note in line.notes
        if note.pitch in VOICE_OF
    ]
    at, voice, velocity = np.array(rows).reshape(-1, 3).T
    return np.interp(at, beats, np.arange(len(beats))), voice.astype(int), velocity.astype(int)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", type=Path, nargs="+", help="MIDI files, or one folder of them")
    parser.add_argument("--part", choices=PARTS, default="tune", help="half of a folder's songs")
    parser.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    asked = parser.parse_args()
    songs = asked.songs
    if songs[0].is_dir():
        songs = kept_back(songs[0], asked.part)
    for line in _lines(songs, asked.soundfont):
        print(line, flush=True)  # noqa: T201


def kept_back(folder: Path, part: str) -> list[Path]:
    """One song of each group of that half."""
    by_group = {
        song.info.group: song.path
        for song in find_songs([folder])
        if (song.info.split, song.info.kind, song.info.strict) == ("valid", "guitar", 1)
        and in_part(song.info.group, part)
        and {metre for _, metre in open_contents(song.path).metres} == {COMMON_TIME}
    }
    return sorted(by_group.values())


def _lines(songs: Sequence[Path], soundfont: Path) -> Iterator[str]:
    """A line for each song, and the mean."""
    drummers, rows = [BundleDrummer(None, seed=seed) for seed in TAKES], []
    for song in songs:
        with tempfile.TemporaryDirectory() as folder:
            case = Case.of(song, Path(folder), soundfont)
            row = {
                way: float(np.mean([case.f1(heard, one, late=late) for one in drummers]))
                for way, (heard, late) in case.ways().items()
            }
        rows.append(row)
        yield f"{song.stem} ({1e3 * case.late:.0f} ms): F1 from {_told(row)}"
    yield "mean: F1 from " + _told({way: float(np.mean([r[way] for r in rows])) for way in rows[0]})
    yield f"{NOTES} less {SOUND}: {mean_over_songs([row[NOTES] - row[SOUND] for row in rows])}"


def _told(row: dict[str, float]) -> str:
    return ", ".join(f"{way} {f1:.3f}" for way, f1 in row.items())


if __name__ == "__main__":
    main()
