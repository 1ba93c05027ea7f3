"""Pairs of a corpus to padded tensors: what the network sees, and what it is to answer.

Everything is loaded once. A batch depends on the seed, the epoch and its number alone, so that a
run can be taken up anywhere. A batch holds bars of one length, so only notes need padding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.corpus.store import Corpus
from engine.encoding.combinations import combination
from engine.encoding.features import (
    GRID_CHANNELS,
    HITS,
    WISHES,
    Floats,
    NoteInputs,
    conditions,
    density_of,
    history_of,
    intensity_of,
    note_inputs,
    offset_class,
    places,
    stack_notes,
    velocity_class,
)
from engine.encoding.preprocess import window
from engine.models.seq_model import Guitar
from engine.music.kit import VOICES
from engine.music.notes import HISTORY_BARS
from engine.music.wishes import Style
from engine.training.augment import vary
from engine.training.bar_table import Arrays, BarTable
from engine.training.sampling import PAIR_BARS, DataSettings, PairDraw
from engine.training.song_grooves import GrooveTelling


@dataclass(frozen=True, slots=True)
class Batch:
    """b windows of n notes, and t steps of drums to play."""

    guitar: Guitar
    previous: Tensor  # (b, t, HITS)
    history: Tensor  # (b, t, HISTORY)
    groove: Tensor  # (b, t, HITS)
    conditions: Tensor  # (b, t, CONDITIONS)
    bar_steps: Tensor  # scalar
    voices: Tensor  # (b, t) combination, -1 where only touch is to be learnt
    velocity: Tensor  # (b, t, V) class, -1 where nothing is to be learnt
    offset: Tensor  # (b, t, V) class, -1 likewise

    def __len__(self) -> int:
        return len(self.voices)

    def rows(self, rows: slice | Tensor) -> Batch:
        """Some of the windows, padded as they are."""
        guitar = self.guitar
        return Batch(
            Guitar(guitar.pitch[rows], guitar.values[rows], guitar.step[rows], guitar.count[rows]),
            self.previous[rows],
            self.history[rows],
            self.groove[rows],
            self.conditions[rows],
            self.bar_steps,
            self.voices[rows],
            self.velocity[rows],
            self.offset[rows],
        )


class DrumPairs:
    """The pairs of one split of a corpus, ready to be cut into batches."""

    def __init__(self, corpus: Corpus, split: str, settings: DataSettings, seed: int) -> None:
        self._tensors: Arrays = dict(corpus.tensors)
        self._settings, self._seed = settings, seed
        tensors = self._tensors
        self._bars = BarTable(tensors)
        self._style = np.array(
            [Style[song.style.upper()] if song.style else -1 for song in corpus.songs]
        )
        self._grooves = GrooveTelling(self._bars, settings)
        self.draw = PairDraw(corpus, split, settings, seed)

    def training_batch(self, pairs: NDArray[np.int64], epoch: int, step: int) -> Batch:
        """A batch with all its variations drawn from (seed, epoch, step)."""
        rng = np.random.default_rng([self._seed, epoch, step])
        settings, count = self._settings, len(pairs)
        bars = self._tensors["pair_bar"][pairs].astype(np.int64)
        history = bars - HISTORY_BARS
        moved = rng.random(count) < settings.other_history
        history[moved] = self._bars.elsewhere(self._bars.song[bars[moved]], rng)
        lead = rng.uniform(0, settings.longest_lead, count)
        early = rng.random(count) < settings.anticipate
        heard = np.where(early, -lead, np.inf)
        steps = int(self._bars.steps[bars[0]])
        batch = self.batch(
            pairs,
            heard,
            rng=rng,
            history=history,
            wanted=self._wanted(bars, rng),
            groove=self._grooves.drawn(bars, steps, rng),
            placed=self._placed(bars, rng),
        )
        batch.guitar.count.mul_(
            torch.from_numpy((rng.random(count) >= settings.forget_guitar).astype(np.int64))
        )
        keep_history = rng.random(count) >= settings.forget_history
        keep_stroke = rng.random(batch.voices.shape) >= settings.forget_stroke
        batch.history.mul_(_factor(keep_history)[:, None, None])
        batch.previous.mul_(_factor(keep_stroke)[:, :, None])
        return batch

    def batch(
        self,
        pairs: NDArray[np.int64],
        heard: NDArray[np.float64],
        *,
        guitars: NDArray[np.int64] | None = None,
        history: NDArray[np.int64] | None = None,
        wanted: Floats | None = None,
        groove: Floats | None = None,
        placed: Floats | None = None,
        rng: np.random.Generator | None = None,
    ) -> Batch:
        """`heard` (b,) the beats that are known of the bars to play: negative, or up to their end.

        `guitars` are the pairs to take the guitar from, where it is not the pair's own; `history`
        the first of the bars before, where they are others; `wanted` (b, PAIR_BARS, WISHES);
        `groove` (b, PAIR_BARS, steps, V, 3) is that of the whole song unless given; `placed`
        (b, PAIR_BARS, PLACES); `rng` varies the notes.
        """
        tensors = self._tensors
        bars = tensors["pair_bar"][pairs].astype(np.int64)
        bar_steps = int(self._bars.steps[bars[0]])
        length = float(tensors["bar_beats"][bars[0]])
        heard = np.minimum(heard, PAIR_BARS * length)
        guitars = pairs if guitars is None else guitars
        notes = [self._notes(*item, rng) for item in zip(guitars, heard, strict=True)]
        if wanted is None:
            wanted = np.zeros((len(pairs), PAIR_BARS, WISHES), np.float32)
        groove = self._grooves.whole(bars, bar_steps) if groove is None else groove
        placed = self._placed(bars) if placed is None else placed
        played = self._played(bars, history, bar_steps)  # (b, history and pair bars, steps, V, 3)
        target = played[:, HISTORY_BARS:].reshape(len(pairs), -1, VOICES, GRID_CHANNELS)
        previous = np.concatenate([played[:, HISTORY_BARS - 1, -1:], target[:, :-1]], axis=1)
        table, song = self._bars, self._bars.song[bars]
        return Batch(
            guitar=as_guitar(notes),
            previous=torch.from_numpy(previous.reshape(*target.shape[:2], HITS)),
            history=torch.from_numpy(history_of(played)),
            groove=torch.from_numpy(groove.reshape(*target.shape[:2], HITS)),
            conditions=torch.from_numpy(
                conditions(heard, tensors["bar_bpm"][bars], length, wanted, placed)
            ),
            bar_steps=torch.tensor(bar_steps),
            voices=torch.from_numpy(
                _learnt(~table.is_alone[song], combination(target[..., 0] > 0))
            ),
            velocity=torch.from_numpy(_learnt(table.has_dynamics[song], velocity_class(target))),
            offset=torch.from_numpy(_learnt(table.has_timing[song], offset_class(target))),
        )

    def others(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each pair of a batch one of another song, where the batch has one."""
        return np.roll(pairs, len(pairs) // 2)

    def _placed(self, bars: NDArray[np.int64], rng: np.random.Generator | None = None) -> Floats:
        """Where in phrase and song each pair lies, all of it or what is drawn to be known."""
        table, pair = self._bars, bars[:, None] + np.arange(PAIR_BARS)
        since, left = table.since[pair], table.left[pair]
        if rng is not None:
            know_since, know_left = rng.random((2, len(bars), 1))
            since = np.where(know_since < self._settings.place_since, since, -1)
            left = np.where(know_left < self._settings.place_left, left, -1)
        return places(since, left)

    def _wanted(self, bars: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """What the true drums would have been asked for, in part, (b, PAIR_BARS, WISHES)."""
        table, count = self._bars, len(bars)
        wanted = np.zeros((count, PAIR_BARS, WISHES), np.float32)
        pair = bars[:, None] + np.arange(PAIR_BARS)
        strokes, loud = table.strokes[pair].sum(axis=1), table.loud[pair].sum(axis=1)
        song = table.song[bars]
        told = rng.random((4, count)) < self._settings.tell
        told[1] &= table.has_dynamics[song]
        told[3] &= self._style[song] >= 0
        wanted[told[0], :, 0] = 1
        wanted[told[0], :, 1] = density_of(strokes, PAIR_BARS * table.beats[bars])[told[0], None]
        wanted[told[1], :, 2] = 1
        wanted[told[1], :, 3] = intensity_of(loud / np.maximum(1, strokes))[told[1], None]
        wanted[told[2], :, 4] = 1
        wanted[told[2], :, 5] = table.fill[pair[told[2]]]
        rows = np.flatnonzero(told[3])
        wanted[rows, :, 6 + self._style[song[rows]]] = 1
        return wanted

    def _notes(self, pair: int, heard: float, rng: np.random.Generator | None) -> NoteInputs:
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
        return note_inputs(cut if rng is None else vary(cut, self._settings.variations, rng))

    def _played(
        self, bars: NDArray[np.int64], history: NDArray[np.int64] | None, bar_steps: int
    ) -> Floats:
        """The drums from the bars before to the end of the pair; empty where the song differs."""
        before = bars - HISTORY_BARS if history is None else history
        around = np.concatenate(
            [before[:, None] + np.arange(HISTORY_BARS), bars[:, None] + np.arange(PAIR_BARS)],
            axis=1,
        )
        return self._bars.drums(around, self._bars.song[bars], bar_steps)


def as_guitar(notes: list[NoteInputs]) -> Guitar:
    """Windows as tensors, padded to the longest."""
    stacked, count = stack_notes(notes)
    columns = (stacked.pitch, stacked.values, stacked.step, count)
    return Guitar(*(torch.from_numpy(column) for column in columns))


def _learnt(rows: NDArray[np.bool_], classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The classes (b, ...) of the windows (b,) that teach them, -1 in the others."""
    return np.where(rows.reshape(-1, *[1] * (classes.ndim - 1)), classes, -1)


def _factor(kept: NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(kept.astype(np.float32))
