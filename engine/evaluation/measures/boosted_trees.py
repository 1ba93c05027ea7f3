"""Boosted trees, the judge of several measures: the one home of scikit-learn.

It comes with the extra `eval` (`pip install "drumd[eval]"`) and is loaded only when it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError
from engine.evaluation.measures.drumming import Floats, Ints

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

FOLDS = 5


class JudgeMissingError(EngineError):
    """scikit-learn is not installed."""

    def __init__(self) -> None:
        super().__init__('this measure needs scikit-learn; pip install "drumd[eval]" brings it')


def judge_is_here() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def held_out(rows: Floats, labels: Ints, groups: Sequence[str]) -> Floats:
    """The chance of each label as told by trees that saw no row of its group, (rows, labels).

    `rows` (rows, numbers) may hold NaN; `labels` (rows,) are 0.. without a gap. A label that is
    missing from a fold's training rows has chance 0 there.
    """
    _check()
    from sklearn.model_selection import GroupKFold

    found = np.zeros((len(rows), int(labels.max()) + 1))
    folds = GroupKFold(min(FOLDS, len(set(groups))))
    for train, test in folds.split(rows, labels, np.asarray(groups)):
        known = np.unique(labels[train])
        found[np.ix_(test, known)] = _fit(rows[train], labels[train]).predict_proba(rows[test])
    return found


def judged(rows: Floats, labels: Ints, asked: Floats) -> Floats:
    """The chance of each label for other rows, by trees that saw these; (asked, labels)."""
    _check()
    return np.asarray(_fit(rows, labels).predict_proba(asked), np.float64)


def _check() -> None:
    if not judge_is_here():
        raise JudgeMissingError


def _fit(rows: Floats, labels: Ints) -> HistGradientBoostingClassifier:
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=15,
        min_samples_leaf=5,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        class_weight="balanced",
        random_state=0,
    )
    # A number that no row has cannot be cut into bins.
    return trees.fit(np.where(np.isnan(rows).all(axis=0), 0.0, rows), labels)
