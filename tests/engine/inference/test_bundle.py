"""A bundle plays like the checkpoint it came from, and is refused when it was touched."""

import json
import shutil
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from engine.encoding.features import CONDITIONS, HISTORY, HITS, NOTE_VALUES
from engine.errors import BundleError, EngineError
from engine.inference.bundle import (
    ABOUT,
    FIT,
    GROOVES,
    LISTEN,
    PLAY,
    SHIPPED,
    describe_file,
    open_bundle,
)
from engine.inference.infer import BundleDrummer
from engine.models.seq_model import Guitar
from engine.music.notes import Metre, Note, Request
from engine.recipe import Recipe, TrainSettings
from engine.tasks import open_task
from engine.training.checkpoint import BEST, load_checkpoint
from engine.training.export import export, restore_network
from engine.training.train import train
from engine.training.warm_start import load_start
from tests.support.bundles import BOOK_OF_SEVEN, NETWORKS, write_grooves
from tests.support.songs import small_corpus

RIFF = tuple(Note(beat / 2, 0.4, 40 + beat % 7, 90) for beat in range(24))


def learn(room, **model):
    """A run of one epoch on a few songs."""
    recipe = Recipe(
        model=model,
        data={"epoch_windows": 64, "valid_windows": 32},
        train=TrainSettings(epochs=1, batch=16, threads=1),
    )
    train(open_task(recipe, small_corpus(room)), recipe, room / "run")
    return room / "run"


@pytest.fixture(scope="module", params=NETWORKS)
def run(request, tmp_path_factory):
    return learn(tmp_path_factory.mktemp("run"), **NETWORKS[request.param])


@pytest.fixture(scope="module")
def bundle(run):
    return export(run, run.parent / "bundle", grooves=write_grooves(run.parent / "grooves"))


@pytest.fixture
def copy(bundle, tmp_path):
    return shutil.copytree(bundle, tmp_path / "copy")


def mend_checksums(folder):
    about = json.loads((folder / ABOUT).read_text())
    about["files"] = {name: describe_file(folder / name) for name in about["files"]}
    (folder / ABOUT).write_text(json.dumps(about))


def step_by_step(bundle, heard, previous, history):
    """The three logits of each step of a bundle that is told what was struck."""
    listen, play = (onnxruntime.InferenceSession(str(bundle / name)) for name in (LISTEN, PLAY))
    memory = dict(
        zip([item.name for item in listen.get_outputs()], listen.run(None, heard), strict=True)
    )
    inputs = {item.name: item.shape for item in play.get_inputs()}
    outputs = [item.name for item in play.get_outputs()]
    carried = {
        name: np.zeros(
            [1 if size == "rows" else 0 if isinstance(size, str) else size for size in shape], "f"
        )
        for name, shape in inputs.items()
        if name + "_next" in outputs
    }
    if "state" in memory:
        carried["hidden"] = memory["state"][None]
    found = []
    for step in range(previous.shape[1]):
        now = slice(step, step + 1)
        told = {name: memory[name] for name in inputs if name in memory} | carried
        told |= {"context": memory["context"][:, now]}
        told |= {"previous": previous[:, now], "history": history[:, now]}
        answers = dict(zip(outputs, play.run(None, told), strict=True))
        carried = {name: answers[name + "_next"] for name in carried}
        found.append([answers[name] for name in ("voices", "velocity", "offset")])
    return found


@pytest.mark.parametrize(("notes", "bar_steps"), [(1, 24), (37, 24), (150, 18)])
def test_onnxruntime_and_torch_give_the_same_logits(run, bundle, notes, bar_steps):
    network = restore_network(load_checkpoint(run / BEST))
    torch.manual_seed(notes)
    guitar = Guitar(
        torch.randint(0, 128, (1, notes)),
        torch.rand(1, notes, NOTE_VALUES),
        torch.sort(torch.randint(-90, bar_steps, (1, notes))).values,
        torch.tensor([notes]),
    )
    previous, history = torch.rand(1, bar_steps, HITS), torch.rand(1, bar_steps, HISTORY)
    groove, conditions = torch.rand(1, bar_steps, HITS), torch.rand(1, bar_steps, CONDITIONS)
    bar = torch.tensor(bar_steps)
    with torch.no_grad():
        wanted = network(guitar, previous, history, groove, conditions, bar)
    heard = {name: getattr(guitar, name).numpy() for name in ("pitch", "values", "step", "count")}
    heard |= {
        "history": history.numpy(),
        "groove": groove.numpy(),
        "conditions": conditions.numpy(),
        "bar_steps": bar.numpy(),
    }
    found = step_by_step(bundle, heard, previous.numpy(), history.numpy())
    for kind, logits in enumerate((wanted.voices, wanted.velocity, wanted.offset)):
        together = np.concatenate([step[kind] for step in found], axis=1)
        assert np.abs(together - logits.numpy()).max() < 1e-4


def test_the_same_seed_plays_the_same_and_another_seed_another(bundle):
    request = Request(3, 12.0, RIFF, 12.0)
    assert BundleDrummer(bundle, seed=5).play(request) == BundleDrummer(bundle, seed=5).play(
        request
    )
    assert BundleDrummer(bundle, seed=5).play(request) != BundleDrummer(bundle, seed=6).play(
        request
    )


def test_at_temperature_zero_the_seed_chooses_nothing(bundle):
    request = Request(3, 12.0, RIFF, 12.0, temperature=0.0)
    takes = [BundleDrummer(bundle, seed=seed).play(request).hits for seed in (5, 6)]
    assert takes[0] == takes[1]


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(7, 8), Metre(12, 8)])
def test_hits_stay_inside_the_bars_asked_for(bundle, metre):
    pattern = BundleDrummer(bundle).play(Request(2, 6.0, RIFF, 6.0, metre, bars=2, temperature=1.5))
    assert pattern.beats == 2 * metre.beats
    assert all(-0.125 <= hit.beat < pattern.beats for hit in pattern.hits)


def test_a_guitar_not_heard_yet_is_answered(bundle):
    assert BundleDrummer(bundle).play(Request(0, 0.0, (), 0.0)).beats == 4.0


def test_a_bar_off_the_grid_is_refused_with_a_sentence(bundle):
    with pytest.raises(EngineError, match="a bar of 15/16 cannot be drummed"):
        BundleDrummer(bundle).play(Request(0, 0.0, RIFF, 0.0, Metre(15, 16)))


def test_a_changed_file_is_refused(copy):
    data = bytearray((copy / PLAY).read_bytes())
    data[1000] ^= 1
    (copy / PLAY).write_bytes(data)
    with pytest.raises(BundleError, match="changed or cut short"):
        open_bundle(copy)


@pytest.mark.parametrize("name", [LISTEN, PLAY, FIT, GROOVES])
def test_a_missing_file_is_refused(copy, name):
    (copy / name).unlink()
    with pytest.raises(BundleError, match="copy the whole bundle"):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 9}, "version 9"),
        ({"format": "x"}, "not a drumd bundle"),
        ({"vocabulary": {}}, "another grid or kit"),
        ({"playing": {"temperature": "hot"}}, "how to play"),
    ],
)
def test_a_foreign_bundle_is_refused(copy, change, message):
    about = json.loads((copy / ABOUT).read_text())
    (copy / ABOUT).write_text(json.dumps({**about, **change}))
    with pytest.raises(BundleError, match=message):
        open_bundle(copy)


def test_a_network_of_another_shape_is_refused(copy):
    shutil.copy(copy / LISTEN, copy / PLAY)
    mend_checksums(copy)
    with pytest.raises(BundleError, match="other inputs"):
        BundleDrummer(copy)


def test_what_is_no_network_is_refused(copy):
    (copy / PLAY).write_bytes(b"not a network")
    mend_checksums(copy)
    with pytest.raises(BundleError, match="not a network"):
        BundleDrummer(copy)


@pytest.mark.parametrize("name", [FIT, GROOVES])
def test_what_is_no_groove_or_ranks_none_is_refused(copy, name):
    (copy / name).write_bytes(b"not a book, not a network")
    mend_checksums(copy)
    with pytest.raises(BundleError, match=r"not a network|no book of grooves"):
        BundleDrummer(copy)


def test_a_network_that_ranks_another_book_is_refused(copy, tmp_path):
    other = write_grooves(tmp_path / "other", BOOK_OF_SEVEN[:4])
    shutil.copy(other / FIT, copy / FIT)
    mend_checksums(copy)
    with pytest.raises(BundleError, match="another shape"):
        BundleDrummer(copy)


def test_a_bundle_tells_how_many_grooves_it_has_and_from_where(bundle):
    told = open_bundle(bundle).about["grooves"]
    assert told == {"grooves": 7, "sources": {"written for the tests": 7}}


def test_a_folder_without_grooves_makes_no_bundle_and_the_old_one_stays(run, copy, tmp_path):
    before = open_bundle(copy).about
    with pytest.raises(BundleError, match="no book of grooves"):
        export(run, copy, grooves=tmp_path)
    assert open_bundle(copy).about == before


def test_a_folder_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"has no bundle\.json"):
        open_bundle(tmp_path)


def test_export_does_not_clear_a_folder_of_other_things(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BundleError, match="holds other things"):
        export(run, tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_the_shipped_bundle_is_whole_small_and_says_what_it_learnt_from():
    opened = open_bundle()
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 12_000_000
    assert sum(source["songs"] for source in opened.about["trained_on"]) > 500
    assert all("licence" in source for source in opened.about["trained_on"])


def test_a_run_begins_with_the_weights_of_a_bundle(run, bundle, tmp_path):
    made = load_checkpoint(run / BEST)
    begun = load_start(bundle)
    assert begun.weights.keys() == made.weights.keys()
    assert all(torch.equal(begun.weights[name], made.weights[name]) for name in made.weights)
    recipe = Recipe.from_dict({**made.recipe, "data": {**made.recipe["data"]}}, "made")
    frozen = replace(recipe, train=replace(recipe.train, rate=0.0))
    train(open_task(frozen, run.parent / "corpus"), frozen, tmp_path / "second", start=begun)
    second = export(tmp_path / "second", tmp_path / "bundle", grooves=bundle)
    about = open_bundle(second).about
    assert about["begun_from"]["name"] == "bundle"
    assert about["begun_from"]["trained_on"] == made.about["trained_on"]
    assert about["files"] == open_bundle(bundle).about["files"]


def test_a_bundle_that_lost_the_names_of_its_weights_is_no_beginning(copy):
    graph = onnx.load(copy / PLAY)
    graph.graph.initializer[0].name = "onnx::MatMul_147"
    onnx.save(graph, copy / PLAY)
    mend_checksums(copy)
    with pytest.raises(BundleError, match="did not keep the weights"):
        load_start(copy)
