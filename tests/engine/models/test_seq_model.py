"""The network: shapes, padding, and what may look at what."""

import pytest
import torch

from engine.encoding.features import COMBINATIONS, CONDITIONS, NOTE_VALUES, OFFSETS, VELOCITIES
from engine.models.seq_model import HISTORY, HITS, Guitar, ModelSettings, Seq2Seq
from engine.music.kit import VOICES

SMALL = ModelSettings(
    pitch_size=4,
    place_size=4,
    encoder_size=6,
    aligned_size=5,
    attention_size=4,
    decoder_size=8,
    dropout=0.0,
)
BAR, BARS, WINDOWS, NOTES = 24, 2, 3, 7


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Seq2Seq(SMALL).eval()


@pytest.fixture
def inputs():
    torch.manual_seed(1)
    steps = BAR * BARS
    guitar = Guitar(
        torch.randint(0, 128, (WINDOWS, NOTES)),
        torch.rand(WINDOWS, NOTES, NOTE_VALUES),
        torch.sort(torch.randint(-60, steps, (WINDOWS, NOTES))).values,
        torch.tensor([7, 4, 0]),
    )
    drums = (
        torch.rand(WINDOWS, steps, HITS),
        torch.rand(WINDOWS, steps, HISTORY),
        torch.rand(WINDOWS, steps, CONDITIONS),
    )
    return guitar, *drums, torch.tensor(BAR)


def test_every_step_gets_an_answer_for_voices_velocity_and_timing(model, inputs):
    logits = model(*inputs)
    assert logits.voices.shape == (WINDOWS, BAR * BARS, COMBINATIONS)
    assert logits.velocity.shape == (WINDOWS, BAR * BARS, VOICES, VELOCITIES)
    assert logits.offset.shape == (WINDOWS, BAR * BARS, VOICES, len(OFFSETS))


def test_padding_changes_nothing(model, inputs):
    guitar, *rest = inputs
    alone = Guitar(
        guitar.pitch[1:2, :4], guitar.values[1:2, :4], guitar.step[1:2, :4], guitar.count[1:2]
    )
    single = model(alone, *(item[1:2] for item in rest[:3]), rest[3])
    assert torch.allclose(model(*inputs).voices[1:2], single.voices, atol=1e-5)


def test_a_window_without_notes_is_answered(model, inputs):
    assert torch.isfinite(model(*inputs).voices[2]).all()


def test_a_step_depends_on_no_later_stroke(model, inputs):
    guitar, previous, *rest = inputs
    before = model(*inputs).voices
    later = previous.clone()
    later[:, 10:] += 1
    after = model(guitar, later, *rest).voices
    assert torch.equal(before[:, :10], after[:, :10])
    assert not torch.allclose(before[:, 10], after[:, 10])


def test_a_note_on_a_step_reaches_that_step(model, inputs):
    guitar, *rest = inputs
    moved = Guitar(guitar.pitch, guitar.values, guitar.step + 1, guitar.count)
    assert not torch.allclose(model(*inputs).voices[0], model(moved, *rest).voices[0])


def test_without_attention_the_decoder_still_hears_the_window(inputs):
    torch.manual_seed(0)
    model = Seq2Seq(ModelSettings(**{**_fields(SMALL), "attention": False})).eval()
    guitar, *rest = inputs
    other = Guitar(127 - guitar.pitch, guitar.values, guitar.step, guitar.count)
    assert not torch.allclose(model(*inputs).voices[0], model(other, *rest).voices[0])


def _fields(settings):
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}
