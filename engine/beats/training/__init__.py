"""The trainers of the beat models: they write the weights that ship."""

__all__ = [
    "conditions",
    "learn_followed",
    "learn_onsets",
    "learn_ranking",
    "learn_soloist",
    "learn_sureness",
    "logistic",
    "mix",
    "onset_examples",
    "parts",
    "performances",
    "ranking_examples",
    "soft_filter",
    "solos",
    "tracked_examples",
    "weight_files",
]
