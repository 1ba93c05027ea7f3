"""The transformer: shapes, padding, what may look at what, and playing step by step."""

import pytest
import torch

from engine.encoding.features import COMBINATIONS, CONDITIONS, NOTE_VALUES, OFFSETS, VELOCITIES
from engine.errors import ConfigError
from engine.models.networks import build_network
from engine.models.seq_model import HISTORY, HITS, Guitar, Seq2Seq
from engine.models.transformer import StepMemory, Transformer, TransformerSettings
from engine.music.kit import VOICES

SMALL = TransformerSettings(
    pitch_size=4, place_size=4, note_size=6, size=8, heads=2, decoder_layers=2, dropout=0.0
)
BAR, BARS, WINDOWS, NOTES = 24, 2, 3, 7
STEPS = BAR * BARS


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Transformer(SMALL).eval()


@pytest.fixture
def inputs():
    torch.manual_seed(1)
    guitar = Guitar(
        torch.randint(0, 128, (WINDOWS, NOTES)),
        torch.rand(WINDOWS, NOTES, NOTE_VALUES),
        torch.sort(torch.randint(-60, STEPS, (WINDOWS, NOTES))).values,
        torch.tensor([7, 4, 0]),
    )
    drums = (torch.rand(WINDOWS, STEPS, size) for size in (HITS, HISTORY, CONDITIONS))
    return guitar, *drums, torch.tensor(BAR)


def test_every_step_gets_an_answer_for_voices_velocity_timing_and_each_voice(model, inputs):
    logits = model(*inputs)
    assert logits.voices.shape == (WINDOWS, STEPS, COMBINATIONS)
    assert logits.velocity.shape == (WINDOWS, STEPS, VOICES, VELOCITIES)
    assert logits.offset.shape == (WINDOWS, STEPS, VOICES, len(OFFSETS))
    assert logits.voice_marginals.shape == (WINDOWS, STEPS, VOICES)


def test_padding_changes_nothing(model, inputs):
    guitar, *rest = inputs
    alone = Guitar(
        guitar.pitch[1:2, :4], guitar.values[1:2, :4], guitar.step[1:2, :4], guitar.count[1:2]
    )
    single = model(alone, *(item[1:2] for item in rest[:3]), rest[3])
    together = model(*inputs)
    assert torch.allclose(together.voices[1:2], single.voices, atol=1e-5)
    assert torch.allclose(together.voice_marginals[1:2], single.voice_marginals, atol=1e-5)


def test_a_window_whose_notes_are_all_forgotten_is_answered_as_one_without(model, inputs):
    guitar, *rest = inputs
    other = Guitar(127 - guitar.pitch, guitar.values + 1, guitar.step + 3, guitar.count)
    before, after = model(*inputs).voices, model(other, *rest).voices
    assert torch.isfinite(before[2]).all()
    assert torch.allclose(before[2], after[2], atol=1e-5)
    assert not torch.allclose(before[1], after[1])


def test_a_step_depends_on_no_later_stroke(model, inputs):
    guitar, previous, *rest = inputs
    before = model(*inputs).voices
    later = previous.clone()
    later[:, 10:] += 1
    after = model(guitar, later, *rest).voices
    assert torch.equal(before[:, :10], after[:, :10])
    assert not torch.allclose(before[:, 10], after[:, 10])


def test_what_was_struck_is_remembered_for_the_rest_of_the_bar(model, inputs):
    guitar, previous, *rest = inputs
    other = previous.clone()
    other[:, 10] += 1
    before, after = model(*inputs).voices, model(guitar, other, *rest).voices
    assert not torch.allclose(before[:, 20], after[:, 20], atol=1e-6)


def test_the_second_bar_is_told_nothing_of_the_drums_of_the_first_before_they_are_struck(
    model, inputs
):
    guitar, previous, history, *rest = inputs
    other = history.clone()
    other[:, BAR:] += 1
    assert torch.equal(
        model(*inputs).voice_marginals, model(guitar, previous, other, *rest).voice_marginals
    )


def test_all_steps_at_once_and_one_by_one_are_the_same(model, inputs):
    guitar, previous, history, conditions, bar = inputs
    wanted = model(*inputs)
    memory = model.encode(guitar, history[:, :BAR], conditions, bar)
    seen = [torch.zeros(WINDOWS, SMALL.heads, 0, 8)] * SMALL.decoder_layers
    for step in range(STEPS):
        now = slice(step, step + 1)
        one = StepMemory(memory.context[:, now], memory.voice_marginals[:, now])
        logits, seen = model.decoder.step(one, previous[:, now], history[:, now], seen)
        assert torch.allclose(logits.voices, wanted.voices[:, now], atol=1e-5)
        assert torch.allclose(logits.velocity, wanted.velocity[:, now], atol=1e-5)
        assert torch.allclose(logits.offset, wanted.offset[:, now], atol=1e-5)


def test_more_bars_than_were_learnt_are_answered(model, inputs):
    guitar, *drums, bar = inputs
    longer = model(guitar, *(torch.cat([one, one], dim=1) for one in drums), bar)
    assert longer.voices.shape == (WINDOWS, 2 * STEPS, COMBINATIONS)


def test_the_recipe_names_the_network():
    assert isinstance(build_network({}), Seq2Seq)
    assert isinstance(build_network({"kind": "lstm", "decoder_size": 8}), Seq2Seq)
    network = build_network({"kind": "transformer", "size": 8, "heads": 2})
    assert isinstance(network, Transformer) and network.settings.size == 8


@pytest.mark.parametrize("section", [{"kind": "mamba"}, {"kind": 3}])
def test_an_unknown_network_is_refused(section):
    with pytest.raises(ConfigError, match="'lstm' or 'transformer'"):
        build_network(section)


def test_sizes_of_the_other_network_are_refused():
    with pytest.raises(ConfigError, match="decoder_size"):
        build_network({"kind": "transformer", "decoder_size": 8})
