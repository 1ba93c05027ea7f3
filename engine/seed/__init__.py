"""The first task of all: sequences of tokens, as the original project learnt them."""

__all__ = [
    "token_corpus",
    "token_files",
    "token_model",
    "token_task",
]
