"""Whether a style is heard: a judge who learnt styles from true songs listens to ours.

Conventions
-----------
- Boosted trees learn the style of a song from its true phrases of eight bars, by what is struck
  (`engine.evaluation.measures.struck_features`). A song is of the style that its phrases together
  make the likeliest.
- Ours are songs that were played with that style told. *Accuracy* is the share of ours that the
  judge holds for what was told; `by_style` the same for each. `confused` says what each told style
  was held for, as shares.
- `true_accuracy` is the judge's own on true songs that it has not seen (folds by song's group): the
  most that can be asked for. Chance is one in as many styles as there are.
- Styles with fewer than 5 true songs are left out, on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import Mean, mean_over_songs
from engine.evaluation.measures.boosted_trees import held_out, judged
from engine.evaluation.measures.drumming import Drumming, Floats, Ints
from engine.evaluation.measures.struck_features import struck_vector

FEWEST_SONGS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Styled:
    """The phrases of one song, and its style: by its author, or as we were told."""

    style: str
    group: str
    phrases: Sequence[Drumming]


@dataclass(frozen=True, slots=True)
class StylesHeard:
    """How far told styles are heard."""

    accuracy: Mean  # over our songs
    true_accuracy: Mean
    by_style: Mapping[str, Mean]
    confused: Mapping[str, Mapping[str, float]]  # told style: what it was held for
    chance: float


def styles_heard(true: Sequence[Styled], ours: Sequence[Styled]) -> StylesHeard | None:
    """What the judge hears in our songs; None where there are not two styles to tell."""
    count = Counter(one.style for one in true if one.phrases)
    names = sorted(style for style, songs in count.items() if songs >= FEWEST_SONGS)
    learnt, asked = ([o for o in side if o.style in names and o.phrases] for side in (true, ours))
    if len(names) < 2 or not asked:
        return None
    rows, song = _rows(learnt)
    labels = np.array([names.index(one.style) for one in learnt], np.int64)
    own = held_out(rows, labels[song], [learnt[at].group for at in song])
    our_rows, our_song = _rows(asked)
    held = _likeliest(judged(rows, labels[song], our_rows), our_song)
    told = np.array([names.index(one.style) for one in asked], np.int64)
    return StylesHeard(
        accuracy=mean_over_songs((held == told).astype(float).tolist()),
        true_accuracy=mean_over_songs((_likeliest(own, song) == labels).astype(float).tolist()),
        by_style={
            names[one]: mean_over_songs((held[told == one] == one).astype(float).tolist())
            for one in np.unique(told).tolist()
        },
        confused={
            names[one]: _shares(held[told == one], names) for one in np.unique(told).tolist()
        },
        chance=1 / len(names),
    )


def _rows(songs: Sequence[Styled]) -> tuple[Floats, Ints]:
    """The numbers of all phrases, and the song that each is of."""
    rows = np.stack([struck_vector(phrase) for one in songs for phrase in one.phrases])
    return rows, np.repeat(np.arange(len(songs)), [len(one.phrases) for one in songs])


def _likeliest(chance: Floats, song: Ints) -> Ints:
    """The likeliest label of each song, by all its phrases, (songs,)."""
    total = np.zeros((int(song.max()) + 1, chance.shape[1]))
    np.add.at(total, song, np.log(chance + 1e-6))
    return np.asarray(total.argmax(axis=1), np.int64)


def _shares(held: Ints, names: Sequence[str]) -> dict[str, float]:
    counts = np.bincount(held, minlength=len(names)) / len(held)
    return {name: float(share) for name, share in zip(names, counts, strict=True) if share}
