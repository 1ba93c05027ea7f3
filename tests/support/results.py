"""What is measured when a model plays some hits."""

from engine.evaluation.evaluate import SongTask, measure
from engine.evaluation.measures.baselines import Baselines
from engine.evaluation.measures.copying import two_bar_patterns
from engine.evaluation.measures.counterfactuals import LOUD, Response
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.likelihood import Likelihood
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.results import MODEL, Performance
from engine.evaluation.summary.document import Conditions

CONDITIONS = Conditions("first", "corpus", "valid", "tune", 0, None, quick=False)
NOTHING = Response(0.0, 0.0)


class NoTraining(TrainingBars):
    def __init__(self):
        self.bars = []


def result_of(own, hits, *, worth=1.0, responses=None, ideas=(), **others):
    """What is measured when the model plays these hits."""
    truth = drumming(own.bars, range(len(own.bars)), own.hits())
    known = frozenset(two_bar_patterns(truth.roll(), truth.follows()))
    played = {MODEL: tuple(hits), **{who: tuple(one) for who, one in others.items()}}
    bits = Likelihood(10.0, 20.0, 10.0 + worth, 21.0, worth, 1.0, 1.0, 0.5)
    performance = Performance(played, bits, responses or {LOUD: NOTHING}, ideas)
    return measure(SongTask(own), performance, Baselines(NoTraining()), known)
