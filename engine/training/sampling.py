"""Which pairs of a corpus are learnt from, how often, and in which batches.

What is drawn depends on the seed and the epoch alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Corpus, SongInfo, drums_alone
from engine.encoding.preprocess import MEMORY_BEATS
from engine.errors import CorpusError
from engine.music.grid import STEPS_PER_BEAT
from engine.music.notes import WINDOW_NOTES
from engine.training.augment import VarySettings
from engine.training.bar_table import Arrays

PAIR_BARS = 2
POOL = 16  # batches whose windows are sorted by their notes, so that there is less to pad


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which pairs are trained on, and how they are varied."""

    clear_only: bool = False  # songs under a clear licence alone
    strict_only: bool = False  # songs that the manifest calls strict
    epoch_windows: int = 60_000
    standins: float = 0.33  # share of the windows whose part is no guitar
    touch_share: float = 0.1  # of windows of drums alone, from which only touch is learnt
    anticipate: float = 0.5  # share of windows that end before the bars to play
    longest_lead: float = 1.0  # beats by which such a window may end early
    forget_history: float = 0.35  # share of windows that know nothing of the bars before
    other_history: float = 0.2  # share of windows that know bars from elsewhere in the song
    groove_whole: float = 0.4  # share of windows that are told their song's groove, of one bar
    groove_two: float = 0.2  # of two bars
    groove_around: float = 0.25  # that of the bars around them
    book: str = ""  # a file of grooves, as `drumd grooves` writes it
    groove_loose: float = 0.0  # share of windows that are told one like their song's, loosely
    flatten_groove: float = 0.3  # share of these grooves that tell nothing of touch
    place_since: float = 0.8  # share of windows that know how far they are from the first drums
    place_left: float = 0.4  # and from the last ones
    forget_stroke: float = 0.1  # share of steps that do not know the step before
    own_strokes: float = 0.0  # share of windows that go on from what the network itself struck
    forget_guitar: float = 0.08  # share of windows without any note
    tell: float = 0.3  # share of windows that are told each of style, density, intensity and fills
    favoured: tuple[str, ...] = ()  # sources whose songs
    favour: float = 1.0  # come up so many times as often
    valid_windows: int = 2048
    transpose: int = 4  # semitones up or down
    thin: float = 0.2  # share of windows that lose some of their notes
    loosen: float = 0.3  # share of windows whose onsets are played less evenly
    louder: float = 0.5  # share of windows that are played softer or louder

    @property
    def variations(self) -> VarySettings:
        return VarySettings(self.transpose, self.thin, self.loosen, self.louder)


class PairDraw:
    """Draws pairs of one split; a batch holds bars of one length, so only notes need padding."""

    def __init__(self, corpus: Corpus, split: str, settings: DataSettings, seed: int) -> None:
        tensors = corpus.tensors
        self._settings, self._seed = settings, seed
        self._bar = tensors["pair_bar"].astype(np.int64)
        self._steps = np.rint(tensors["bar_beats"] * STEPS_PER_BEAT).astype(np.int64)
        self._size = _window_sizes(tensors)
        song = tensors["bar_song"][self._bar]
        kept = np.array([keeps(entry, split, settings) for entry in corpus.songs], bool)
        chosen = np.flatnonzero(kept[song])
        alone = drums_alone(tensors)[song[chosen]]
        self._touch, chosen = chosen[alone], chosen[~alone]
        guitar = tensors["part_guitar"][tensors["pair_part"][chosen]] == 1
        self._guitar, self._standins = chosen[guitar], chosen[~guitar]
        self._weight = _pair_weights(corpus, settings)
        if not len(self._guitar):
            raise CorpusError(f"the corpus has no {split} pairs with guitar; add songs to it")
        if len(self._touch):  # any size will do: they are to be spread over the batches
            rng = np.random.default_rng(seed)
            self._size[self._touch] = rng.choice(self._size[chosen], len(self._touch))

    def order(self, epoch: int, batch: int) -> list[NDArray[np.int64]]:
        """The batches of an epoch, as pair numbers: guitars, stand-ins and touch, drawn afresh."""
        rng = np.random.default_rng([self._seed, epoch])
        settings = self._settings
        touch = round(settings.touch_share * settings.epoch_windows) if len(self._touch) else 0
        rest = settings.epoch_windows - touch
        standins = round(settings.standins * rest)
        kinds = (
            (self._guitar, rest - standins), (self._standins, standins), (self._touch, touch)
        )  # fmt: skip
        chosen = [self._draw(pairs, count, rng) for pairs, count in kinds if count]
        pairs = rng.permutation(np.concatenate(chosen))
        batches = self._by_metre(pairs, batch)
        return [batches[place] for place in rng.permutation(len(batches))]

    def _draw(
        self, pairs: NDArray[np.int64], count: int, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Some of the pairs without repeats, by their weights (Efraimidis and Spirakis 2006)."""
        keys = rng.exponential(size=len(pairs)) / self._weight[pairs]
        return pairs[np.argsort(keys, kind="stable")[:count]]

    def fixed(self, count: int, batch: int) -> list[NDArray[np.int64]]:
        """The same guitar pairs each time, spread over all songs."""
        rng = np.random.default_rng(self._seed)
        return self._by_metre(rng.permutation(self._guitar)[:count], batch)

    def _by_metre(self, pairs: NDArray[np.int64], batch: int) -> list[NDArray[np.int64]]:
        steps = self._steps[self._bar[pairs]]
        batches = []
        for length in np.unique(steps):
            group = pairs[steps == length]
            for first in range(0, len(group), POOL * batch):
                pool = group[first : first + POOL * batch]
                pool = pool[np.argsort(self._size[pool], kind="stable")]
                batches += np.split(pool, range(batch, len(pool), batch))
        return batches


def keeps(song: SongInfo, split: str, settings: DataSettings) -> bool:
    """Whether a song takes part."""
    clear = song.licence_clear == "clear" or not settings.clear_only
    strict = bool(song.strict) or not settings.strict_only
    return song.split == split and clear and strict


def _pair_weights(corpus: Corpus, settings: DataSettings) -> NDArray[np.float64]:
    """How often each pair comes up: a song twice as long comes up 1.4 times as often."""
    tensors = corpus.tensors
    song = tensors["bar_song"][tensors["pair_bar"].astype(np.int64)].astype(np.int64)
    favour = [settings.favour if s.source in settings.favoured else 1.0 for s in corpus.songs]
    pairs = np.maximum(1, np.bincount(song, minlength=len(corpus.songs)))
    weight: NDArray[np.float64] = (np.array(favour) / np.sqrt(pairs))[song]
    return weight


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
    return np.minimum(sizes, WINDOW_NOTES)
