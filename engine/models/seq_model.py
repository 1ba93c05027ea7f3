"""The drummer as a sequence-to-sequence LSTM: notes of the guitar in, steps of drums out.

The encoder reads the notes of the window in both directions. The decoder goes through the grid
step by step. Before it does, a second encoder goes over the grid in both directions, from two bars
before the first bar to play: the notes are laid on the steps that they begin on, beside the drums
of the bars before. So every step knows the rhythm of its whole bar. At each step the decoder knows
this, what it struck a step ago and at this place in its last two bars, and it may look at any note
of the window (attention in the manner of Luong et al. 2015). It answers with one class for the
joint choice of voices, and velocity and micro-timing classes for each voice.

Shapes: b windows, n notes, t steps, V voices, d sizes of `ModelSettings`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.encoding.features import (
    COMBINATIONS,
    CONDITIONS,
    GRID_CHANNELS,
    HISTORY_BARS,
    NOTE_VALUES,
    OFFSETS,
    VELOCITIES,
)
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import VOICES

HITS = VOICES * GRID_CHANNELS  # numbers that tell one step of drums
HISTORY = HISTORY_BARS * HITS
LATE_BARS = HISTORY_BARS + 1  # the guitar is aligned with this bar and the ones before


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The sizes of the network."""

    pitch_size: int = 32
    place_size: int = 24
    encoder_size: int = 96  # in each direction
    aligned_size: int = 96
    grid_size: int = 96  # in each direction
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
    voice_marginals: Tensor  # (b, t, V) logits of each voice, before any stroke is known


@dataclass(frozen=True, slots=True)
class Logits:
    """Unnormalised log-probabilities for each step."""

    voices: Tensor  # (b, t, COMBINATIONS)
    velocity: Tensor  # (b, t, V, VELOCITIES)
    offset: Tensor  # (b, t, V, len(OFFSETS))
    voice_marginals: Tensor  # (b, t, V) of `Memory`, or empty where the decoder plays on its own


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
            self.voices(out),
            self.velocity(out).view(shape),
            self.offset(out).view(shape),
            memory.voice_marginals,
        )
        return logits, state

    def _look(self, heard: Tensor, memory: Memory) -> Tensor:
        """What of the window matters now, (b, t, 2 * encoder)."""
        scores = self.query(heard) @ memory.keys.transpose(1, 2) + memory.padding[:, None, :]
        if not self.attention:
            scores = torch.zeros_like(scores) + memory.padding[:, None, :]
        return torch.softmax(scores, dim=2) @ memory.values


class GridReader(nn.Module):
    """Goes over the steps of the grid in both directions."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        size = settings.aligned_size + 1 + settings.place_size + HITS + CONDITIONS + 1
        self.enter = nn.Linear(size, settings.aligned_size)
        self.forward_lstm = nn.LSTM(settings.aligned_size, settings.grid_size, batch_first=True)
        self.backward_lstm = nn.LSTM(settings.aligned_size, settings.grid_size, batch_first=True)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, steps: Tensor) -> Tensor:
        """(b, s, what is known of each step) to (b, s, 2 * grid)."""
        entered = torch.relu(self.enter(steps))
        there, _ = self.forward_lstm(entered)
        back, _ = self.backward_lstm(torch.flip(entered, (1,)))
        read: Tensor = self.dropout(torch.cat([there, torch.flip(back, (1,))], dim=2))
        return read


class Seq2Seq(nn.Module):
    """Encoders and decoder, and what lies between them."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = Encoder(settings)
        self.grid = GridReader(settings)
        self.decoder = Decoder(settings)
        notes, size = 2 * settings.encoder_size, settings.decoder_size
        self.aligned = nn.Linear(notes, settings.aligned_size)
        self.keys = nn.Linear(notes, settings.attention_size, bias=False)
        known = LATE_BARS * (settings.aligned_size + 1) + settings.place_size + CONDITIONS
        self.context = nn.Linear(2 * settings.grid_size + known, size)
        self.likely = nn.Linear(size, VOICES)  # its name in every checkpoint and bundle
        self.start = nn.Linear(notes + 2 * settings.grid_size, size)

    def encode(
        self, guitar: Guitar, history: Tensor, conditions: Tensor, bar_steps: Tensor
    ) -> Memory:
        """All that can be known before the first stroke.

        `history` (b, bar_steps, HISTORY) the drums of the last bars at the places of the first
        bar, `conditions` (b, t, CONDITIONS), `bar_steps` a scalar: the steps of one bar.
        """
        notes, mask = self.encoder(guitar, bar_steps)
        past = HISTORY_BARS * history.shape[1]  # history.shape[1] is bar_steps
        ahead = torch.arange(conditions.shape[1], device=notes.device)
        steps = torch.arange(past + conditions.shape[1], device=notes.device) - past
        place = self.encoder.place(torch.remainder(steps, bar_steps))
        place = place[None].expand(conditions.shape[0], -1, -1)
        aligned = self.aligned(notes)
        laid = pool_notes_on_steps(aligned, mask, guitar.step, steps)  # (b, s, aligned + 1)
        read = self.grid(torch.cat([laid, place, *_timeline(history, conditions)], dim=2))
        late = [laid[:, ahead + past - back * bar_steps] for back in range(LATE_BARS)]
        known = [read[:, past + ahead], *late, place[:, past + ahead], conditions]
        context = self.context(torch.cat(known, dim=2))
        mean = notes.sum(dim=1) / guitar.count.clamp(min=1)[:, None]
        return Memory(
            context=context,
            keys=self.keys(notes),
            values=notes,
            padding=(mask - 1) * 1e4,
            state=torch.tanh(self.start(torch.cat([mean, read.mean(dim=1)], dim=1))),
            voice_marginals=self.likely(torch.relu(context)),
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
        memory = self.encode(guitar, history[:, :bar], conditions, bar_steps)
        state = memory.state[None]
        logits, _ = self.decoder(memory, previous, history, (state, torch.zeros_like(state)))
        return logits  # type: ignore[no-any-return]


def pool_notes_on_steps(notes: Tensor, mask: Tensor, note_step: Tensor, steps: Tensor) -> Tensor:
    """The notes that begin on each of `steps` (s,): their mean, and how many, (b, s, size + 1).

    `notes` (b, n, size), `mask` (b, n) 0 for padding, `note_step` (b, n).
    """
    same = (note_step[:, None, :] == steps[None, :, None]).to(mask.dtype)
    same = same * mask[:, None, :]  # (b, s, n)
    many = same.sum(dim=2, keepdim=True)
    mean = same @ notes / many.clamp(min=1)
    return torch.cat([mean, torch.log1p(many)], dim=2)


def _timeline(history: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The drums, the conditions and "to be played" of the steps, the bars before included."""
    bars = torch.split(history, HITS, dim=2)  # the bar just before comes first
    past = torch.cat(bars[::-1], dim=1)
    to_play = torch.ones_like(conditions[..., :1])
    return (
        torch.cat([past, to_play.expand(-1, -1, HITS) * 0], dim=1),
        torch.cat([past[..., :1].expand(-1, -1, CONDITIONS) * 0, conditions], dim=1),
        torch.cat([past[..., :1] * 0, to_play], dim=1),
    )


def _take(sequence: Tensor, index: Tensor) -> Tensor:
    """The items of (b, n, d) in the order of `index` (b, n)."""
    return torch.gather(sequence, 1, index[:, :, None].expand(-1, -1, sequence.shape[2]))
