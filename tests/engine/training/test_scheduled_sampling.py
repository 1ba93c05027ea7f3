"""Windows that go on from the network's own strokes."""

from dataclasses import replace

import torch

from engine.encoding.features import COMBINATIONS, GRID_CHANNELS, OFFSETS, VELOCITIES, WIDEST_OFFSET
from engine.models.seq_model import HISTORY, HITS, Guitar, Logits
from engine.music.kit import VOICES, Voice
from engine.training.data_prep import Batch
from engine.training.scheduled_sampling import drawn_from, on_its_own

WINDOWS, BAR = 3, 4
KICK_AND_RIDE = 1 << Voice.KICK | 1 << Voice.RIDE
SURE = 1e4
WIDEST = float(OFFSETS[0] / WIDEST_OFFSET)


def batch() -> Batch:
    """Silent drums before; the last window is of drums alone."""
    steps = 2 * BAR
    voices = torch.zeros(WINDOWS, steps, dtype=torch.int64)
    voices[-1] = -1
    none = torch.zeros(WINDOWS, 1)
    return Batch(
        Guitar(none.long(), none[..., None], none.long(), none[:, 0].long()),
        previous=torch.zeros(WINDOWS, steps, HITS),
        history=torch.zeros(WINDOWS, steps, HISTORY),
        conditions=torch.zeros(WINDOWS, steps, 1),
        bar_steps=torch.tensor(BAR),
        voices=voices,
        velocity=torch.zeros(WINDOWS, steps, VOICES, dtype=torch.int64),
        offset=torch.zeros(WINDOWS, steps, VOICES, dtype=torch.int64),
    )


def sure_of_kick_and_ride(asked: Batch) -> Logits:
    """The second step of the first bar is a kick and a ride, loud and early; the rest is rest."""
    shape = asked.voices.shape
    voices = torch.zeros(*shape, COMBINATIONS)
    voices[..., 0] = SURE
    voices[:, 1, 0], voices[:, 1, KICK_AND_RIDE] = 0, SURE
    velocity = torch.zeros(*shape, VOICES, VELOCITIES)
    velocity[..., -1] = SURE
    offset = torch.zeros(*shape, VOICES, len(OFFSETS))
    offset[..., 0] = SURE
    return Logits(voices, velocity, offset, voices[..., :0])


def test_drawn_strokes_are_as_the_network_sees_true_ones():
    grid = drawn_from(sure_of_kick_and_ride(batch())).view(WINDOWS, 2 * BAR, VOICES, GRID_CHANNELS)
    window, step, voice = torch.nonzero(grid[..., 0], as_tuple=True)
    assert set(zip(window.tolist(), step.tolist(), voice.tolist(), strict=True)) == {
        (window, 1, voice) for window in range(WINDOWS) for voice in (Voice.KICK, Voice.RIDE)
    }
    assert torch.all(grid[window, step, voice, 1] > 0.9)
    assert torch.allclose(grid[window, step, voice, 2], torch.tensor(WIDEST))


def test_own_strokes_are_known_a_step_and_a_bar_later():
    own = on_its_own(batch(), sure_of_kick_and_ride, 1.0)
    struck = torch.nonzero(own.previous[:2].sum(dim=2))
    assert struck.tolist() == [[0, 2], [1, 2]]
    struck = torch.nonzero(own.history[:2].sum(dim=2))
    assert struck.tolist() == [[0, BAR + 1], [1, BAR + 1]]
    assert not own.history[..., HITS:].any(), "the bar before that is the true one"
    assert torch.equal(own.voices, batch().voices)


def test_drums_alone_and_windows_not_drawn_keep_the_true_strokes():
    assert not on_its_own(batch(), sure_of_kick_and_ride, 1.0).previous[-1].any()
    assert not on_its_own(batch(), sure_of_kick_and_ride, 0.0).previous.any()


def test_all_weights_learn_in_bfloat16_beside_a_look_at_own_strokes():
    layer = torch.nn.Linear(1, COMBINATIONS)

    def answer(asked: Batch) -> Logits:
        return replace(sure_of_kick_and_ride(asked), voices=layer(asked.conditions))

    with torch.autocast("cpu", torch.bfloat16):
        own = on_its_own(batch(), answer, 1.0)
        answer(own).voices.float().square().mean().backward()
    assert layer.weight.grad is not None and layer.bias.grad is not None
