"""What `drumd eval` measures, one subject a module; `hit_metrics` counts hits."""

__all__ = [
    "baselines",
    "comparison",
    "copying",
    "counterfactuals",
    "document",
    "drumming",
    "feel",
    "fills",
    "labels",
    "likelihood",
    "listening",
    "live",
    "nearest",
    "overlap",
    "style",
    "summary",
    "touch",
    "training",
]
