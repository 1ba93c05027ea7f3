"""The original project's model: note names in, note names out, by two-layer LSTMs.

Sequences are ids of shape (batch, time), padded with PAD. No attention: all that the decoder
knows of the input is the encoder's last state.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from engine.seed.token_corpus import PAD

State = tuple[Tensor, Tensor]  # hidden and cell, (layers, batch, hidden) each


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The size of the network."""

    embedding: int = 64
    hidden: int = 128
    layers: int = 2
    dropout: float = 0.2


class TokenEncoder(nn.Module):
    """The input's ids to the state after its last note."""

    def __init__(self, words: int, settings: TokenSettings) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, settings.embedding, padding_idx=PAD)
        self.drop = nn.Dropout(settings.dropout)
        self.lstm = _lstm(settings)

    def forward(self, ids: Tensor, lengths: Tensor) -> State:
        notes = self.drop(self.embed(ids))  # (batch, time, embedding)
        packed = pack_padded_sequence(notes, lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, state = self.lstm(packed)
        return state[0], state[1]


class TokenDecoder(nn.Module):
    """The ids played so far to what comes next."""

    def __init__(self, words: int, settings: TokenSettings) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, settings.embedding, padding_idx=PAD)
        self.drop = nn.Dropout(settings.dropout)
        self.lstm = _lstm(settings)
        self.out = nn.Linear(settings.hidden, words)

    def forward(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits (batch, time, words) after each id, and the state after the last."""
        heard, state = self.lstm(self.drop(self.embed(ids)), state)
        return self.out(self.drop(heard)), state


class TokenSeq2Seq(nn.Module):
    """Encoder and decoder together."""

    def __init__(self, words: int, settings: TokenSettings) -> None:
        super().__init__()
        self.encoder = TokenEncoder(words, settings)
        self.decoder = TokenDecoder(words, settings)

    def forward(self, ids: Tensor, lengths: Tensor, known: Tensor, taught: Tensor) -> Tensor:
        """Logits (batch, time, words) of what follows each step.

        `known` (batch, time) is the start and the true target but its last token; `taught` (time,)
        says at which steps the decoder is given the truth, and at the others its own last answer.
        What lies between two answers of its own goes through the network in one call.
        """
        state = self.encoder(ids, lengths)
        own = [step for step in range(1, known.shape[1]) if not taught[step]]
        logits: list[Tensor] = []
        for begin, end in zip([0, *own], [*own, known.shape[1]], strict=True):
            given = known[:, begin:end]
            if begin:
                last = logits[-1][:, -1:].argmax(-1)
                given = torch.cat([last, given[:, 1:]], dim=1)
            answer, state = self.decoder(given, state)
            logits.append(answer)
        return torch.cat(logits, dim=1)


def _lstm(settings: TokenSettings) -> nn.LSTM:
    between = settings.dropout if settings.layers > 1 else 0.0
    return nn.LSTM(
        settings.embedding, settings.hidden, settings.layers, dropout=between, batch_first=True
    )
