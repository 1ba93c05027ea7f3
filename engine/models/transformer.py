"""The drummer as a transformer: the same question and the same answer as `engine.models.seq_model`.

Each step of the bars to play is one token, made of the notes that begin on it and on the same place
in the two bars before, of what was struck at this place in those bars, of the conditions and of its
place in the bar. In the reader every step looks at all steps and at every note of the window. In
the decoder a step also knows what was struck a step ago and at this place in the last two bars, and
it looks at the steps before it alone. All layers are pre-norm (Xiong et al. 2020).

Shapes: b windows, n notes, t steps, V voices, d the width of a token, h heads of width w = d / h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.encoding.features import (
    COMBINATIONS,
    CONDITIONS,
    HISTORY_BARS,
    NOTE_VALUES,
    OFFSETS,
    VELOCITIES,
)
from engine.models.attention import HIDDEN, CrossAttention, SelfAttention
from engine.models.seq_model import HISTORY, HITS, LATE_BARS, Guitar, Logits, pool_notes_on_steps
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import VOICES

TOLD_BARS = 2  # bars to play that are told apart; later ones are as the last of them


@dataclass(frozen=True, slots=True)
class TransformerSettings:
    """The sizes of the network."""

    pitch_size: int = 32
    place_size: int = 24
    note_size: int = 96
    size: int = 160  # of a step's token
    heads: int = 4
    widening: int = 2  # of the feed-forward layers
    reader_layers: int = 2
    decoder_layers: int = 3
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class StepMemory:
    """What is known of each step before any drum is struck."""

    context: Tensor  # (b, t, d)
    voice_marginals: Tensor  # (b, t, V) logits of each voice


class FeedForward(nn.Sequential):
    """What each step makes of what it found."""

    def __init__(self, settings: TransformerSettings) -> None:
        wide = settings.widening * settings.size
        super().__init__(
            nn.LayerNorm(settings.size),
            nn.Linear(settings.size, wide),
            nn.ReLU(),
            nn.Linear(wide, settings.size),
        )


class ReaderLayer(nn.Module):
    """Steps look at all steps, then at the notes."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(settings.size)
        self.attention = SelfAttention(settings.size, settings.heads)
        self.cross_norm = nn.LayerNorm(settings.size)
        self.cross = CrossAttention(settings.size, settings.note_size, settings.heads)
        self.feed_forward = FeedForward(settings)

    def forward(self, steps: Tensor, notes: Tensor, padding: Tensor) -> Tensor:
        steps = steps + self.attention(self.norm(steps))
        steps = steps + self.cross(self.cross_norm(steps), notes, padding)
        read: Tensor = steps + self.feed_forward(steps)
        return read


class DecoderLayer(nn.Module):
    """Steps look at themselves and at those before them."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(settings.size)
        self.attention = SelfAttention(settings.size, settings.heads)
        self.feed_forward = FeedForward(settings)

    def forward(self, steps: Tensor, later: Tensor) -> Tensor:
        """All of (b, t, d); `later` (t, t) hides from each the steps after it."""
        steps = steps + self.attention(self.norm(steps), later)
        played: Tensor = steps + self.feed_forward(steps)
        return played

    def step(self, one: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """As `SelfAttention.step`."""
        found, seen = self.attention.step(self.norm(one), seen)
        one = one + found
        return one + self.feed_forward(one), seen


class Decoder(nn.Module):
    """Plays the steps, given what is known of them and the drums struck so far."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        size = settings.size
        self.drums = nn.Linear(HITS + HISTORY, size)
        self.dropout = nn.Dropout(settings.dropout)
        self.layers = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.decoder_layers))
        self.norm = nn.LayerNorm(size)
        self.voices = nn.Linear(size, COMBINATIONS)
        self.velocity = nn.Linear(size, VOICES * VELOCITIES)
        self.offset = nn.Linear(size, VOICES * len(OFFSETS))

    def forward(self, memory: StepMemory, previous: Tensor, history: Tensor) -> Logits:
        """All steps at once: `previous` (b, t, HITS), `history` (b, t, HISTORY)."""
        steps = self._enter(memory, previous, history)
        count = steps.shape[1]
        later = torch.full((count, count), HIDDEN, device=steps.device).triu(1).to(steps.dtype)
        for layer in self.layers:
            steps = layer(steps, later)
        return self._answer(steps, count, memory.voice_marginals)

    def step(
        self, memory: StepMemory, previous: Tensor, history: Tensor, seen: Sequence[Tensor]
    ) -> tuple[Logits, list[Tensor]]:
        """One step more, t = 1, given what each layer has seen of those before."""
        one, seen_next = self._enter(memory, previous, history), list[Tensor]()
        for layer, before in zip(self.layers, seen, strict=True):
            one, now = layer.step(one, before)  # type: ignore[operator]
            seen_next.append(now)
        return self._answer(one, 1, memory.voice_marginals), seen_next

    def _enter(self, memory: StepMemory, previous: Tensor, history: Tensor) -> Tensor:
        drums = self.drums(torch.cat([previous, history], dim=2))
        entered: Tensor = self.dropout(memory.context + drums)
        return entered

    def _answer(self, steps: Tensor, count: int, voice_marginals: Tensor) -> Logits:
        out = self.dropout(self.norm(steps))
        return Logits(
            self.voices(out),
            self.velocity(out).view(-1, count, VOICES, VELOCITIES),
            self.offset(out).view(-1, count, VOICES, len(OFFSETS)),
            voice_marginals,
        )


class Transformer(nn.Module):
    """Reader and decoder."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.settings = settings
        size, note = settings.size, settings.note_size
        self.pitch = nn.Embedding(128, settings.pitch_size)
        self.note_place = nn.Embedding(MAX_BAR_STEPS, settings.place_size)
        self.note = nn.Sequential(
            nn.Linear(settings.pitch_size + settings.place_size + NOTE_VALUES, note),
            nn.ReLU(),
            nn.Linear(note, note),
            nn.LayerNorm(note),
        )
        self.enter = nn.Linear(LATE_BARS * (note + 1) + HISTORY + CONDITIONS, size)
        self.place = nn.Embedding(MAX_BAR_STEPS, size)
        self.bar = nn.Embedding(TOLD_BARS, size)
        self.dropout = nn.Dropout(settings.dropout)
        self.reader = nn.ModuleList(ReaderLayer(settings) for _ in range(settings.reader_layers))
        self.norm = nn.LayerNorm(size)
        self.likely = nn.Linear(size, VOICES)  # its name in every checkpoint and bundle
        self.decoder = Decoder(settings)
        for embedding in (self.place, self.bar):  # beside what is struck and heard, not above it
            nn.init.normal_(embedding.weight, std=0.1)

    def encode(
        self, guitar: Guitar, history: Tensor, conditions: Tensor, bar_steps: Tensor
    ) -> StepMemory:
        """All that can be known before the first stroke; the arguments of `Seq2Seq.encode`."""
        notes, mask = self._notes(guitar, bar_steps)
        padding = ((1 - mask) * HIDDEN)[:, None, None, :].to(notes.dtype)
        steps = self.dropout(self._steps(guitar, notes, mask, history, conditions, bar_steps))
        for layer in self.reader:
            steps = layer(steps, notes, padding)
        return StepMemory(steps, self.likely(self.norm(steps)))

    def forward(
        self,
        guitar: Guitar,
        previous: Tensor,
        history: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> Logits:
        """Teacher-forced: `previous` (b, t, HITS), `history` (b, t, HISTORY), both true."""
        memory = self.encode(guitar, history[:, : int(bar_steps)], conditions, bar_steps)
        logits: Logits = self.decoder(memory, previous, history)
        return logits

    def _notes(self, guitar: Guitar, bar_steps: Tensor) -> tuple[Tensor, Tensor]:
        """Each note, (b, n, note), 0 for padding, and which are real, (b, n)."""
        order = torch.arange(guitar.pitch.shape[1], device=guitar.pitch.device)
        mask = (order < guitar.count[:, None]).to(guitar.values.dtype)
        place = self.note_place(torch.remainder(guitar.step, bar_steps))
        notes = self.note(torch.cat([self.pitch(guitar.pitch), place, guitar.values], dim=2))
        return notes * mask[:, :, None].to(notes.dtype), mask

    def _steps(
        self,
        guitar: Guitar,
        notes: Tensor,
        mask: Tensor,
        history: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> Tensor:
        """The token of each step, (b, t, d)."""
        past = HISTORY_BARS * history.shape[1]  # history.shape[1] is bar_steps
        ahead = torch.arange(conditions.shape[1], device=notes.device)
        steps = torch.arange(past + conditions.shape[1], device=notes.device) - past
        laid = pool_notes_on_steps(notes, mask, guitar.step, steps)  # (b, s, note + 1)
        late = [laid[:, ahead + past - back * bar_steps] for back in range(LATE_BARS)]
        place = torch.remainder(ahead, bar_steps)
        number = torch.div(ahead, bar_steps, rounding_mode="floor").clamp(max=TOLD_BARS - 1)
        entered = self.enter(torch.cat([*late, history[:, place], conditions], dim=2))
        tokens: Tensor = entered + (self.place(place) + self.bar(number)).to(entered.dtype)
        return tokens
