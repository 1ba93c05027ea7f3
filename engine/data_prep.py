"""Pairs of a corpus to padded tensors, batches and an order to go through them.

Everything is loaded once. A batch depends on the seed, the epoch and its number alone, so that a
run can be taken up anywhere. A batch holds bars of one length, so only notes need padding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.corpus import Corpus, SongInfo
from engine.errors import CorpusError
from engine.features import (
    GRID_CHANNELS,
    HISTORY_BARS,
    NOTE_VALUES,
    WIDEST_OFFSET,
    Floats,
    NoteInputs,
    combination,
    conditions,
    history_of,
    note_inputs,
    offset_class,
    velocity_class,
)
from engine.grid import MAX_BAR_STEPS, STEPS_PER_BEAT
from engine.kit import VOICES
from engine.preprocess import MAX_NOTES, MEMORY_BEATS, window
from engine.seq_model import HITS, Guitar

PAIR_BARS = 2
POOL = 16  # batches whose windows are sorted by their notes, so that there is less to pad
PITCH_RANGE = (28, 96)  # a transposed part stays inside


Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which pairs are trained on, and how they are varied."""

    clear_only: bool = False  # songs under a clear licence alone
    strict_only: bool = False  # songs that the manifest calls strict
    epoch_windows: int = 60_000
    standins: float = 0.33  # share of the windows whose part is no guitar
    anticipate: float = 0.5  # share of windows that end before the bars to play
    longest_lead: float = 1.0  # beats by which such a window may end early
    forget_history: float = 0.2  # share of windows that know nothing of the bars before
    forget_stroke: float = 0.1  # share of steps that do not know the step before
    transpose: int = 4  # semitones up or down
    valid_windows: int = 2048


@dataclass(frozen=True, slots=True)
class Batch:
    """b windows of n notes, and t steps of drums to play."""

    guitar: Guitar
    previous: Tensor  # (b, t, HITS)
    history: Tensor  # (b, t, HISTORY)
    conditions: Tensor  # (b, t, CONDITIONS)
    bar_steps: Tensor  # scalar
    voices: Tensor  # (b, t) combination
    velocity: Tensor  # (b, t, V) class, -1 where nothing is to be learnt
    offset: Tensor  # (b, t, V) class, -1 likewise

    def __len__(self) -> int:
        return len(self.voices)


class DrumPairs:
    """The pairs of one split of a corpus, ready to be cut into batches."""

    def __init__(self, corpus: Corpus, split: str, settings: DataSettings, seed: int) -> None:
        self._tensors: Arrays = dict(corpus.tensors)
        self._settings, self._seed = settings, seed
        tensors = self._tensors
        self._grids = _bar_grids(tensors)
        self._steps = np.rint(tensors["bar_beats"] * STEPS_PER_BEAT).astype(np.int64)
        self._size = _window_sizes(tensors)
        song = tensors["bar_song"][tensors["pair_bar"]]
        kept = np.array([keeps(entry, split, settings) for entry in corpus.songs], bool)
        chosen = np.flatnonzero(kept[song])
        guitar = tensors["part_guitar"][tensors["pair_part"][chosen]] == 1
        self._guitar, self._standins = chosen[guitar], chosen[~guitar]
        if not len(self._guitar):
            raise CorpusError(f"the corpus has no {split} pairs with guitar; add songs to it")

    def order(self, epoch: int, batch: int) -> list[NDArray[np.int64]]:
        """The batches of an epoch, as pair numbers: a fresh draw of guitars and stand-ins."""
        rng = np.random.default_rng([self._seed, epoch])
        standins = round(self._settings.standins * self._settings.epoch_windows)
        guitars = self._settings.epoch_windows - standins
        chosen = [
            rng.permutation(self._guitar)[:guitars],
            rng.permutation(self._standins)[:standins],
        ]
        pairs = rng.permutation(np.concatenate(chosen))
        batches = self._by_metre(pairs, batch)
        return [batches[place] for place in rng.permutation(len(batches))]

    def fixed(self, count: int, batch: int) -> list[NDArray[np.int64]]:
        """The same guitar pairs each time, spread over all songs."""
        rng = np.random.default_rng(self._seed)
        return self._by_metre(rng.permutation(self._guitar)[:count], batch)

    def _by_metre(self, pairs: NDArray[np.int64], batch: int) -> list[NDArray[np.int64]]:
        steps = self._steps[self._tensors["pair_bar"][pairs]]
        batches = []
        for length in np.unique(steps):
            group = pairs[steps == length]
            for first in range(0, len(group), POOL * batch):
                pool = group[first : first + POOL * batch]
                pool = pool[np.argsort(self._size[pool], kind="stable")]
                batches += np.split(pool, range(batch, len(pool), batch))
        return batches

    def training_batch(self, pairs: NDArray[np.int64], epoch: int, step: int) -> Batch:
        """A batch with all its variations drawn from (seed, epoch, step)."""
        rng = np.random.default_rng([self._seed, epoch, step])
        settings, count = self._settings, len(pairs)
        lead = rng.uniform(0, settings.longest_lead, count)
        early = rng.random(count) < settings.anticipate
        shift = rng.integers(-settings.transpose, settings.transpose + 1, count)
        batch = self.batch(pairs, np.where(early, -lead, np.inf), shift)
        keep_history = rng.random(count) >= settings.forget_history
        keep_stroke = rng.random(batch.voices.shape) >= settings.forget_stroke
        batch.history.mul_(_factor(keep_history)[:, None, None])
        batch.previous.mul_(_factor(keep_stroke)[:, :, None])
        return batch

    def batch(
        self,
        pairs: NDArray[np.int64],
        heard: NDArray[np.float64],
        shift: NDArray[np.int64] | None = None,
        guitars: NDArray[np.int64] | None = None,
    ) -> Batch:
        """`heard` (b,) the beats that are known of the bars to play: negative, or up to their end.

        `guitars` are the pairs to take the guitar from, where it is not the pair's own.
        """
        tensors = self._tensors
        bars = tensors["pair_bar"][pairs]
        bar_steps = int(self._steps[bars[0]])
        length = float(tensors["bar_beats"][bars[0]])
        heard = np.minimum(heard, PAIR_BARS * length)
        shift = np.zeros(len(pairs), np.int64) if shift is None else shift
        guitars = pairs if guitars is None else guitars
        notes = [self._notes(*item) for item in zip(guitars, heard, shift, strict=True)]
        played = self._played(bars, bar_steps)  # (b, history and pair bars, steps, V, 3)
        target = played[:, HISTORY_BARS:].reshape(len(pairs), -1, VOICES, GRID_CHANNELS)
        previous = np.concatenate([played[:, HISTORY_BARS - 1, -1:], target[:, :-1]], axis=1)
        return Batch(
            guitar=stack_notes(notes),
            previous=torch.from_numpy(previous.reshape(*target.shape[:2], HITS)),
            history=torch.from_numpy(history_of(played)),
            conditions=torch.from_numpy(
                conditions(target.shape[1], heard, tensors["bar_bpm"][bars], length)
            ),
            bar_steps=torch.tensor(bar_steps),
            voices=torch.from_numpy(combination(target)),
            velocity=torch.from_numpy(self._velocity(bars, target)),
            offset=torch.from_numpy(offset_class(target)),
        )

    def others(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each pair of a batch one of another song, where the batch has one."""
        return np.roll(pairs, len(pairs) // 2)

    def _notes(self, pair: int, heard: float, shift: int) -> NoteInputs:
        tensors = self._tensors
        part = tensors["pair_part"][pair]
        keep = slice(int(tensors["part_note"][part]), int(tensors["part_note"][part + 1]))
        start = float(tensors["bar_start"][tensors["pair_bar"][pair]])
        cut = window(
            tensors["note_onset"][keep],
            tensors["note_duration"][keep],
            tensors["note_pitch"][keep],
            tensors["note_velocity"][keep],
            start=start,
            heard_until=start + heard,
        )
        notes = note_inputs(cut)
        moved = notes.pitch + shift
        fits = len(moved) and moved.min() >= PITCH_RANGE[0] and moved.max() <= PITCH_RANGE[1]
        return NoteInputs(moved if fits else notes.pitch, notes.values, notes.step)

    def _played(self, bars: NDArray[np.int64], bar_steps: int) -> Floats:
        """The drums from the bars before to the end of the pair; empty where the song differs."""
        tensors = self._tensors
        around = bars[:, None] + np.arange(-HISTORY_BARS, PAIR_BARS)
        inside = np.clip(around, 0, len(tensors["bar_song"]) - 1)
        same = (tensors["bar_song"][inside] == tensors["bar_song"][bars][:, None]) & (
            around == inside
        )
        same &= self._steps[inside] == bar_steps
        stored = self._grids[inside][:, :, :bar_steps] * same[:, :, None, None, None]
        grid = stored.astype(np.float32) / np.float32(127)
        return np.concatenate([(grid[..., :1] > 0).astype(np.float32), grid], axis=-1)

    def _velocity(self, bars: NDArray[np.int64], target: Floats) -> NDArray[np.int64]:
        """Velocity classes; none where the whole song is played at one velocity."""
        flat = self._tensors["song_dynamics"][self._tensors["bar_song"][bars]] == 0
        return np.where(flat[:, None, None], -1, velocity_class(target))


def stack_notes(notes: list[NoteInputs]) -> Guitar:
    """Windows padded on the right to the longest, at least one note long."""
    count = np.array([len(item.pitch) for item in notes])
    size = max(1, int(count.max()))
    pitch = np.zeros((len(notes), size), np.int64)
    step = np.zeros((len(notes), size), np.int64)
    values = np.zeros((len(notes), size, NOTE_VALUES), np.float32)
    for row, item in enumerate(notes):
        pitch[row, : count[row]] = item.pitch
        step[row, : count[row]] = item.step
        values[row, : count[row]] = item.values
    return Guitar(
        torch.from_numpy(pitch),
        torch.from_numpy(values),
        torch.from_numpy(step),
        torch.from_numpy(count),
    )


def _bar_grids(tensors: Arrays) -> NDArray[np.int8]:
    """Velocity (1..127, 0 for no hit) and micro-timing (+-127) of all bars, (bars, steps, V, 2)."""
    bars = len(tensors["bar_song"])
    grids = np.zeros((bars, MAX_BAR_STEPS, VOICES, 2), np.int8)
    bar = np.repeat(np.arange(bars), np.diff(tensors["bar_hit"]))
    place = (bar, tensors["hit_step"], tensors["hit_voice"])
    grids[(*place, 0)] = tensors["hit_velocity"]
    offset = np.clip(tensors["hit_offset"] / WIDEST_OFFSET, -1, 1)
    grids[(*place, 1)] = np.rint(offset * 127).astype(np.int8)
    return grids


def keeps(song: SongInfo, split: str, settings: DataSettings) -> bool:
    """Whether a song takes part."""
    clear = song.licence_clear == "clear" or not settings.clear_only
    strict = bool(song.strict) or not settings.strict_only
    return song.split == split and clear and strict


def _factor(kept: NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(kept.astype(np.float32))


def _window_sizes(tensors: Arrays) -> NDArray[np.int64]:
    """About how many notes the window of each pair has, (pairs,)."""
    sizes = np.zeros(len(tensors["pair_bar"]), np.int64)
    start = tensors["bar_start"][tensors["pair_bar"]]
    first = tensors["part_note"]
    by_part = np.argsort(tensors["pair_part"], kind="stable")
    parts, begin = np.unique(tensors["pair_part"][by_part], return_index=True)
    for part, pairs in zip(parts, np.split(by_part, begin[1:]), strict=True):
        onset = tensors["note_onset"][first[part] : first[part + 1]]
        ends = np.searchsorted(onset, start[pairs] + PAIR_BARS * 4)
        sizes[pairs] = ends - np.searchsorted(onset, start[pairs] - MEMORY_BEATS)
    return np.minimum(sizes, MAX_NOTES)
