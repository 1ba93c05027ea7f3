"""The drummer as a sequence-to-sequence LSTM: notes of the guitar in, steps of drums out.

The encoder reads the notes of the window in both directions. The decoder goes through the grid
step by step; at each it knows what it struck a step ago, what it struck at this place in its last
two bars, which notes of the guitar fall on this place (now, one bar and two bars ago), and it may
look at any note of the window (attention in the manner of Luong et al. 2015). It answers with one
class for the joint choice of voices, and velocity and micro-timing classes for each voice.

Shapes: b windows, n notes, t steps, V voices, d sizes of `ModelSettings`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.features import (
    COMBINATIONS,
    CONDITIONS,
    GRID_CHANNELS,
    HISTORY_BARS,
    NOTE_VALUES,
    OFFSETS,
    VELOCITIES,
)
from engine.grid import MAX_BAR_STEPS
from engine.kit import VOICES

HITS = VOICES * GRID_CHANNELS  # numbers that tell one step of drums
HISTORY = HISTORY_BARS * HITS
LATE_BARS = HISTORY_BARS + 1  # the guitar is aligned with this bar and the ones before


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The sizes of the network."""

    pitch_size: int = 32
    place_size: int = 24
    encoder_size: int = 128  # in each direction
    aligned_size: int = 96
    attention_size: int = 64
    decoder_size: int = 256
    attention: bool = True
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Guitar:
    """A batch of windows, padded on the right to the longest."""

    pitch: Tensor  # (b, n) int64
    values: Tensor  # (b, n, NOTE_VALUES)
    step: Tensor  # (b, n) int64, relative to the first step asked for
    count: Tensor  # (b,) int64, notes that are not padding


@dataclass(frozen=True, slots=True)
class Memory:
    """What the encoder hands over to the decoder."""

    context: Tensor  # (b, t, decoder) what is known of each step before any drum is struck
    keys: Tensor  # (b, n, attention)
    values: Tensor  # (b, n, 2 * encoder)
    padding: Tensor  # (b, n) 0 for a note, a large negative number for padding
    state: Tensor  # (b, decoder) where the decoder starts


@dataclass(frozen=True, slots=True)
class Logits:
    """Unnormalised log-probabilities for each step."""

    voices: Tensor  # (b, t, COMBINATIONS)
    velocity: Tensor  # (b, t, V, VELOCITIES)
    offset: Tensor  # (b, t, V, len(OFFSETS))


class Encoder(nn.Module):
    """Reads the window; padding changes nothing in the answer."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.pitch = nn.Embedding(128, settings.pitch_size)
        self.place = nn.Embedding(MAX_BAR_STEPS, settings.place_size)
        size = settings.pitch_size + settings.place_size + NOTE_VALUES
        self.forward_lstm = nn.LSTM(size, settings.encoder_size, batch_first=True)
        self.backward_lstm = nn.LSTM(size, settings.encoder_size, batch_first=True)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, guitar: Guitar, bar_steps: Tensor) -> tuple[Tensor, Tensor]:
        """Each note in its surroundings, (b, n, 2 * encoder), and which are real, (b, n)."""
        order = torch.arange(guitar.pitch.shape[1], device=guitar.pitch.device)
        mask = (order < guitar.count[:, None]).to(guitar.values.dtype)
        place = self.place(torch.remainder(guitar.step, bar_steps))
        notes = torch.cat([self.pitch(guitar.pitch), place, guitar.values], dim=2)
        # Read backwards from the last real note, so that padding comes last here too.
        back = (guitar.count[:, None] - 1 - order).clamp(min=0)
        there, _ = self.forward_lstm(notes)
        reverse, _ = self.backward_lstm(_take(notes, back))
        both = torch.cat([there, _take(reverse, back)], dim=2) * mask[:, :, None]
        return self.dropout(both), mask


class Decoder(nn.Module):
    """Plays the steps, given the memory and the drums struck so far."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.attention = settings.attention
        size = settings.decoder_size
        self.drums = nn.Linear(HITS + HISTORY, size)
        self.lstm = nn.LSTM(size, size, batch_first=True)
        self.query = nn.Linear(size, settings.attention_size, bias=False)
        self.join = nn.Linear(size + 2 * settings.encoder_size, size)
        self.dropout = nn.Dropout(settings.dropout)
        self.voices = nn.Linear(size, COMBINATIONS)
        self.velocity = nn.Linear(size, VOICES * VELOCITIES)
        self.offset = nn.Linear(size, VOICES * len(OFFSETS))

    def forward(
        self, memory: Memory, previous: Tensor, history: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Logits, tuple[Tensor, Tensor]]:
        """`previous` (b, t, HITS), `history` (b, t, HISTORY), `state` twice (1, b, decoder)."""
        drums = self.drums(torch.cat([previous, history], dim=2))
        heard, state = self.lstm(self.dropout(torch.relu(memory.context + drums)), state)
        seen = self._look(heard, memory)
        out = self.dropout(torch.relu(self.join(torch.cat([heard, seen], dim=2))))
        shape = (*out.shape[:2], VOICES, -1)
        logits = Logits(
            self.voices(out), self.velocity(out).view(shape), self.offset(out).view(shape)
        )
        return logits, state

    def _look(self, heard: Tensor, memory: Memory) -> Tensor:
        """What of the window matters now, (b, t, 2 * encoder)."""
        scores = self.query(heard) @ memory.keys.transpose(1, 2) + memory.padding[:, None, :]
        if not self.attention:
            scores = torch.zeros_like(scores) + memory.padding[:, None, :]
        return torch.softmax(scores, dim=2) @ memory.values


class Seq2Seq(nn.Module):
    """Encoder and decoder, and what lies between them."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = Encoder(settings)
        self.decoder = Decoder(settings)
        notes, size = 2 * settings.encoder_size, settings.decoder_size
        self.aligned = nn.Linear(notes, settings.aligned_size)
        self.keys = nn.Linear(notes, settings.attention_size, bias=False)
        known = LATE_BARS * (settings.aligned_size + 1) + settings.place_size + CONDITIONS
        self.context = nn.Linear(known, size)
        self.past = nn.Linear(HISTORY + settings.place_size, settings.aligned_size)
        self.start = nn.Linear(notes + settings.aligned_size, size)

    def listen(
        self, guitar: Guitar, history: Tensor, conditions: Tensor, bar_steps: Tensor
    ) -> Memory:
        """All that can be known before the first stroke.

        `history` (b, bar_steps, HISTORY) the drums of the last bars at the places of the first
        bar, `conditions` (b, t, CONDITIONS), `bar_steps` a scalar: the steps of one bar.
        """
        notes, mask = self.encoder(guitar, bar_steps)
        step = torch.arange(conditions.shape[1], device=notes.device)
        place = self.encoder.place(torch.remainder(step, bar_steps))
        place = place[None].expand(conditions.shape[0], -1, -1)
        known = [*self._align(notes, mask, guitar.step, step, bar_steps), place, conditions]
        padding = (mask - 1) * 1e4
        past = torch.relu(self.past(torch.cat([history, place[:, : history.shape[1]]], dim=2)))
        mean = notes.sum(dim=1) / guitar.count.clamp(min=1)[:, None]
        return Memory(
            context=self.context(torch.cat(known, dim=2)),
            keys=self.keys(notes),
            values=notes,
            padding=padding,
            state=torch.tanh(self.start(torch.cat([mean, past.mean(dim=1)], dim=1))),
        )

    def forward(
        self,
        guitar: Guitar,
        previous: Tensor,
        history: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> Logits:
        """Teacher-forced: `previous` (b, t, HITS), `history` (b, t, HISTORY), both true."""
        bar = int(bar_steps)
        memory = self.listen(guitar, history[:, :bar], conditions, bar_steps)
        state = memory.state[None]
        logits, _ = self.decoder(memory, previous, history, (state, torch.zeros_like(state)))
        return logits  # type: ignore[no-any-return]

    def _align(
        self, notes: Tensor, mask: Tensor, note_step: Tensor, step: Tensor, bar_steps: Tensor
    ) -> list[Tensor]:
        """The notes that begin on each step, and on the same place one and two bars ago.

        Each is their mean, (b, t, aligned), followed by how many they are, (b, t, 1).
        """
        notes = self.aligned(notes)
        found: list[Tensor] = []
        for bars_ago in range(LATE_BARS):
            places = step - bars_ago * bar_steps
            same = (note_step[:, None, :] == places[None, :, None]).to(notes.dtype)
            same = same * mask[:, None, :]  # (b, t, n)
            many = same.sum(dim=2, keepdim=True)
            found += [same @ notes / many.clamp(min=1), torch.log1p(many)]
        return found


def _take(sequence: Tensor, index: Tensor) -> Tensor:
    """The items of (b, n, d) in the order of `index` (b, n)."""
    return torch.gather(sequence, 1, index[:, :, None].expand(-1, -1, sequence.shape[2]))
