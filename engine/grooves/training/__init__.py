"""How a book of grooves and the network that ranks it are made from a corpus."""

__all__ = [
    "fit_data",
    "fit_model",
    "make_book",
    "train_fit",
    "written",
]
