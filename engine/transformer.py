"""The drummer as a transformer: the same question and the same answer as `engine.seq_model`.

Each step of the bars to play is one token, made of the notes that begin on it and on the same place
in the two bars before, of what was struck at this place in those bars, of the conditions and of its
place in the bar. In the reader every step looks at all steps and at every note of the window. In
the decoder a step also knows what was struck a step ago and at this place in the last two bars, and
it looks at the steps before it alone. All layers are pre-norm (Xiong et al. 2020).

Attention is written out: torch's fused one is slower on a CPU for sequences as short as these.

Shapes: b windows, n notes, t steps, V voices, d the width of a token, h heads of width w = d / h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.features import (
    COMBINATIONS,
    CONDITIONS,
    HISTORY_BARS,
    NOTE_VALUES,
    OFFSETS,
    VELOCITIES,
)
from engine.grid import MAX_BAR_STEPS
from engine.kit import VOICES
from engine.seq_model import HISTORY, HITS, LATE_BARS, Guitar, Logits, lay

TOLD_BARS = 2  # bars to play that are told apart; later ones are as the last of them
HIDDEN = -1e4  # added to the score of what must not be looked at


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
    likely: Tensor  # (b, t, V) logits of each voice


class SelfAttention(nn.Module):
    """Each step looks at steps of its own sequence."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.heads, size = settings.heads, settings.size
        self.project = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)

    def forward(self, steps: Tensor) -> Tensor:
        """What each of (b, t, d) finds in all of them."""
        return self.continued(steps, None, None)[0]

    def continued(
        self, steps: Tensor, before: Tensor | None, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """What each of (b, t, d) finds in all of them and in those `before`.

        Those are told as keys and values, (b, h, s, 2 * w); second, the same with these steps
        added. `mask` (t, s + t) is added to the scores.
        """
        width = self.project.in_features // self.heads
        own = _split(self.project(steps), self.heads)
        query, seen = torch.split(own, [width, 2 * width], dim=3)
        if before is not None:
            seen = torch.cat([before, seen], dim=2)
        return self.out(_attend(query, seen, mask)), seen


class CrossAttention(nn.Module):
    """Each step looks at the notes of the window."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        self.heads, size = settings.heads, settings.size
        self.query = nn.Linear(size, size)
        self.notes = nn.Linear(settings.note_size, 2 * size, bias=False)
        self.out = nn.Linear(size, size)

    def forward(self, steps: Tensor, notes: Tensor, padding: Tensor) -> Tensor:
        """What each of (b, t, d) finds in (b, n, note); `padding` (b, 1, 1, n) is added."""
        query, seen = _split(self.query(steps), self.heads), _split(self.notes(notes), self.heads)
        found: Tensor = self.out(_attend(query, seen, padding))
        return found


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
        self.attention = SelfAttention(settings)
        self.cross_norm = nn.LayerNorm(settings.size)
        self.cross = CrossAttention(settings)
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
        self.attention = SelfAttention(settings)
        self.feed_forward = FeedForward(settings)

    def forward(
        self, steps: Tensor, before: Tensor | None, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """As `SelfAttention.continued`."""
        found, seen = self.attention.continued(self.norm(steps), before, mask)
        steps = steps + found
        return steps + self.feed_forward(steps), seen


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
        steps = memory.context.shape[1]
        later = torch.full((steps, steps), HIDDEN, device=previous.device).triu(1)
        nothing = [None] * len(self.layers)
        return self.continued(memory, previous, history, nothing, later.to(memory.context.dtype))[0]

    def continued(
        self,
        memory: StepMemory,
        previous: Tensor,
        history: Tensor,
        before: Sequence[Tensor | None],
        mask: Tensor | None = None,
    ) -> tuple[Logits, list[Tensor]]:
        """The steps after those that the layers remember, each as (b, h, s, 2 * w)."""
        drums = self.drums(torch.cat([previous, history], dim=2))
        steps, remembered = self.dropout(memory.context + drums), list[Tensor]()
        for layer, known in zip(self.layers, before, strict=True):
            steps, seen = layer(steps, known, mask)
            remembered.append(seen)
        out = self.dropout(self.norm(steps))
        shape = (*out.shape[:2], VOICES, -1)
        logits = Logits(
            self.voices(out),
            self.velocity(out).view(shape),
            self.offset(out).view(shape),
            memory.likely,
        )
        return logits, remembered


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
        self.likely = nn.Linear(size, VOICES)
        self.decoder = Decoder(settings)
        for embedding in (self.place, self.bar):  # beside what is struck and heard, not above it
            nn.init.normal_(embedding.weight, std=0.1)

    def listen(
        self, guitar: Guitar, history: Tensor, conditions: Tensor, bar_steps: Tensor
    ) -> StepMemory:
        """All that can be known before the first stroke; the arguments of `Seq2Seq.listen`."""
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
        memory = self.listen(guitar, history[:, : int(bar_steps)], conditions, bar_steps)
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
        laid = lay(notes, mask, guitar.step, steps)  # (b, s, note + 1)
        late = [laid[:, ahead + past - back * bar_steps] for back in range(LATE_BARS)]
        place = torch.remainder(ahead, bar_steps)
        number = torch.div(ahead, bar_steps, rounding_mode="floor").clamp(max=TOLD_BARS - 1)
        entered: Tensor = self.enter(torch.cat([*late, history[:, place], conditions], dim=2))
        return entered + (self.place(place) + self.bar(number)).to(entered.dtype)


def _split(tokens: Tensor, heads: int) -> Tensor:
    """(b, t, size) to (b, heads, t, size / heads)."""
    return tokens.view(*tokens.shape[:2], heads, -1).transpose(1, 2)


def _attend(query: Tensor, seen: Tensor, mask: Tensor | None) -> Tensor:
    """(b, h, t, w) and keys with values (b, h, s, 2 * w) to (b, t, d)."""
    keys, values = seen.chunk(2, dim=3)
    scores = (query * query.shape[3] ** -0.5) @ keys.transpose(2, 3)
    if mask is not None:
        scores = scores + mask
    return (torch.softmax(scores, dim=3) @ values).transpose(1, 2).flatten(2)
