"""What a judge makes of all songs: how surely it tells the drummer from the true drums.

Conventions
-----------
- The AUC of `engine.evaluation.measures.two_sample`, by what the judge may look at. The rock beat
  is judged beside the model: it is what should always be told.
- Touch is judged on the strokes that the drummer's own drums share with the true ones; on the
  strokes of human drummers `engine.evaluation.touch_trial` asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.evaluation.measures.baselines import ROCK
from engine.evaluation.measures.phrases import phrase_starts
from engine.evaluation.measures.two_sample import Auc, struck_pair, told_apart, touch_pair
from engine.evaluation.results import MODEL, TRUTH, SongResult

STRUCK, KIT, TOUCH, ROCK_STRUCK = "struck", "struck_kit", "touch", "struck_rock"
DRUMMERS = "drummers"


def judgement(results: Sequence[SongResult]) -> dict[str, Auc | None]:
    """How surely each is told from the true drums; needs scikit-learn."""
    songs = [(one, phrase_starts(one.drums[TRUTH])) for one in results]
    struck = {STRUCK: MODEL, ROCK_STRUCK: ROCK}
    found = {
        name: told_apart(
            [struck_pair(one.group, at, one.drums[TRUTH], one.drums[who]) for one, at in songs]
        )
        for name, who in struck.items()
    }
    kits = [struck_pair(one.group, at, one.kit[TRUTH], one.kit[MODEL]) for one, at in songs]
    touch = [touch_pair(one.group, at, one.kit[TRUTH], one.kit[MODEL]) for one, at in songs]
    return found | {KIT: told_apart(kits), TOUCH: told_apart(touch)}
