"""The trainers of the beat models: they write the weights that ship."""

__all__ = [
    "conditions",
    "learn_onsets",
    "learn_ranking",
    "learn_soloist",
    "learn_sureness",
    "logistic",
    "onset_examples",
    "parts",
    "performances",
    "ranking_examples",
    "solos",
    "weight_files",
]
