"""Weights of the first kit in a network of today's: it plays on as it did."""

from dataclasses import fields

import pytest
import torch

from engine.encoding.combinations import STRUCK, class_of
from engine.encoding.features import CONDITIONS, GRID_CHANNELS, HITS, NOTE_VALUES, PLACES
from engine.errors import CheckpointError
from engine.models.seq_model import Guitar, ModelSettings, Seq2Seq
from engine.models.transformer import Transformer, TransformerSettings
from engine.music.kit import VOICES, Voice
from engine.training.growth import FIRST_HITS, FIRST_VOICES, LIKE, RARER, grown
from engine.training.warm_start import Start, take_up

SETTINGS = ModelSettings(
    pitch_size=4,
    place_size=4,
    encoder_size=6,
    aligned_size=5,
    grid_size=6,
    attention_size=4,
    decoder_size=8,
    dropout=0.0,
)
STEPS, BAR = 12, 6
OLD_WIDTHS = {
    "decoder.drums.weight": 3 * FIRST_HITS,
    "grid.enter.weight": 5 + 1 + 4 + FIRST_HITS + CONDITIONS - PLACES + 1,
    "context.weight": 2 * 6 + 3 * (5 + 1) + 4 + CONDITIONS - PLACES,
}


def first_kit(own):
    """Weights as a network of the first kit had them, under today's names."""
    torch.manual_seed(1)
    made = {name: torch.randn_like(weight) / 4 for name, weight in own.items()}
    for name, width in OLD_WIDTHS.items():
        made[name] = torch.randn(len(own[name]), width) / 4
    for head in ("decoder.velocity", "decoder.offset", "likely"):
        for kind in ("weight", "bias"):
            weight = made[f"{head}.{kind}"]
            made[f"{head}.{kind}"] = weight[: len(weight) // VOICES * FIRST_VOICES]
    made["decoder.voices.weight"] = torch.randn(2**FIRST_VOICES, SETTINGS.decoder_size) / 4
    made["decoder.voices.bias"] = torch.randn(2**FIRST_VOICES) / 4
    return made


@pytest.fixture
def network():
    return Seq2Seq(SETTINGS).eval()


@pytest.fixture
def old(network):
    return first_kit(network.state_dict())


@pytest.fixture
def inputs():
    torch.manual_seed(2)
    guitar = Guitar(
        torch.randint(0, 128, (2, 5)),
        torch.rand(2, 5, NOTE_VALUES),
        torch.sort(torch.randint(-10, STEPS, (2, 5))).values,
        torch.tensor([5, 3]),
    )
    drums = torch.rand(6, 2, STEPS, HITS)
    conditions = torch.rand(2, STEPS, CONDITIONS)
    return (
        guitar,
        drums[0],
        torch.cat([*drums[1:5]], dim=2),
        drums[5],
        conditions,
        torch.tensor(BAR),
    )


def answers(network, weights, inputs):
    network.load_state_dict(weights)
    with torch.no_grad():
        return network(*inputs)


def test_a_grown_network_has_todays_shapes(network, old):
    new, own = grown(old, network.state_dict()), network.state_dict()
    assert {name: weight.shape for name, weight in new.items()} == {
        name: weight.shape for name, weight in own.items()
    }


def test_new_voices_bars_long_ago_and_places_count_for_nothing_at_first(network, old, inputs):
    weights = grown(old, network.state_dict())
    guitar, previous, history, groove, conditions, bar = inputs
    silent = torch.zeros_like(groove)
    told = answers(network, weights, (guitar, previous, history, silent, conditions, bar))
    known = without_new_voices(history)
    known[..., 2 * HITS :] = 0
    placeless = conditions.clone()
    placeless[..., -PLACES:] = 0
    asked = (guitar, without_new_voices(previous), known, silent, placeless, bar)
    first = answers(network, weights, asked)
    for field in fields(told):
        assert torch.allclose(getattr(told, field.name), getattr(first, field.name), atol=1e-6)


def test_the_new_voices_of_a_groove_count_for_nothing_at_first_and_the_others_do(
    network, old, inputs
):
    weights = grown(old, network.state_dict())
    guitar, previous, history, groove, *rest = inputs
    told, known, silent = (
        answers(network, weights, (guitar, previous, history, one, *rest)).voices
        for one in (groove, without_new_voices(groove), torch.zeros_like(groove))
    )
    assert torch.allclose(told, known, atol=1e-6)
    assert not torch.allclose(told, silent, atol=1e-6)


def without_new_voices(drums):
    """Drums in which only the voices of the first kit are struck."""
    by_voice = drums.unflatten(2, (-1, VOICES, GRID_CHANNELS)).clone()
    by_voice[..., FIRST_VOICES:, :] = 0
    return by_voice.flatten(2)


def test_known_voices_are_struck_as_before_and_new_ones_as_what_they_are_like(network, old, inputs):
    told = answers(network, grown(old, network.state_dict()), inputs)
    for voice, like in LIKE.items():
        assert torch.equal(told.velocity[:, :, voice], told.velocity[:, :, like])
        assert torch.equal(told.offset[:, :, voice], told.offset[:, :, like])
        assert torch.equal(told.voice_marginals[..., voice], told.voice_marginals[..., like])


def test_combinations_keep_their_likelihood_and_those_with_new_voices_are_rarer(network, old):
    new = grown(old, network.state_dict())
    for combination, struck in enumerate(STRUCK):
        voices = {LIKE.get(voice, voice) for voice in Voice if struck[voice]}
        first = sum(1 << voice for voice in voices)
        rarer = RARER if struck[FIRST_VOICES:].any() else 0.0
        assert torch.equal(
            new["decoder.voices.weight"][combination], old["decoder.voices.weight"][first]
        )
        bias = old["decoder.voices.bias"][first] - rarer
        assert torch.allclose(new["decoder.voices.bias"][combination], bias)
    stick, snare = (class_of(1 << voice) for voice in (Voice.SIDE_STICK, Voice.SNARE))
    bias = new["decoder.voices.bias"]
    assert bias[snare] - bias[stick] == pytest.approx(RARER)


def test_weights_of_today_are_taken_as_they_are(network):
    own = network.state_dict()
    assert all(grown(own, own)[name] is weight for name, weight in own.items())


def test_a_network_begins_with_grown_weights(network, old, tmp_path):
    take_up(Start(tmp_path, old, {"task": "drums"}, {}), network, {"task": "drums"})
    wanted = grown(old, network.state_dict())
    assert all(torch.equal(weight, wanted[name]) for name, weight in network.state_dict().items())


def test_a_transformer_of_the_first_kit_is_refused_with_a_sentence(tmp_path):
    sizes = {"pitch_size": 4, "place_size": 4, "note_size": 6, "size": 8, "heads": 2}
    network = Transformer(TransformerSettings(**sizes))
    old = dict(network.state_dict())
    old["decoder.drums.weight"] = torch.zeros(8, 3 * FIRST_HITS)
    with pytest.raises(CheckpointError, match="weights of another shape"):
        take_up(Start(tmp_path, old, {"task": "drums"}, {}), network, {"task": "drums"})


def test_a_first_kit_of_other_sizes_is_refused_with_a_sentence(old, tmp_path):
    larger = Seq2Seq(ModelSettings(decoder_size=12))
    with pytest.raises(CheckpointError, match="weights of another shape"):
        take_up(Start(tmp_path, old, {"task": "drums"}, {}), larger, {"task": "drums"})
