"""What is fed with damage: one reader of drumd each, and whole inputs to begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.benches.fuzz import graphs, live, mutate, seeds
from tests.benches.fuzz.mutate import Damage
from tests.support.fakes import RockDrummer

EVENTS = 5_000  # of a file as an input, so many are looked at


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: `read` raises drumd's own errors for what cannot be used, and nothing else."""

    name: str
    file: str  # what the input is called on the disk
    seeds: Callable[[Path], Sequence[bytes]]  # is given a folder to work in
    read: Callable[[Path], object]
    damage: Damage


def generate(path: Path) -> None:
    from engine.inference.render import Job, drum
    from engine.midi.smf import parse

    target = path.with_name("drums.mid")
    drum(Job(path, target, with_guitar=True), RockDrummer())
    parse(target.read_bytes())


def listen(path: Path) -> None:
    from drumd.ports.midi_file_host import read_host_file

    before = 0.0
    for seconds, _ in islice(read_host_file(path), EVENTS):
        assert seconds >= before, "time runs back"
        before = seconds


def prepare(path: Path) -> None:
    from engine.corpus.prepare import prepare_file

    assert (found := prepare_file(path)).pairs or found.reason


def report(path: Path) -> None:
    from drumd.recording.recorded import read_session
    from drumd.recording.report import session_page

    assert "<script" not in session_page(read_session(path))


def config(path: Path) -> None:
    from drumd.settings_file import load_settings

    load_settings(path, {})


def recipe(path: Path) -> None:
    from engine.recipe import load_recipe

    load_recipe(path)


def onsets(path: Path) -> None:
    from engine.beats.records import read_records, track

    for record in read_records(path)[:2]:
        track(record)


def bundle(path: Path) -> None:
    from engine.inference.bundle import SHIPPED, open_bundle

    for file in SHIPPED.iterdir():
        link = path.with_name(file.name)
        if not link.exists():
            link.symlink_to(file)
    open_bundle(path.parent)


def corpus_head(path: Path) -> None:
    from engine.corpus.store import read_corpus
    from engine.evaluation.songs import songs_of

    songs_of(read_corpus(path.parent), split="train")


def checkpoint(path: Path) -> None:
    from engine.training.checkpoint import load_checkpoint
    from engine.training.export import restore_network

    restore_network(load_checkpoint(path))


TARGETS = (
    Target("MIDI: generate", "in.mid", seeds.songs, generate, mutate.damaged_bytes),
    Target("MIDI: listen --in", "in.mid", seeds.songs, listen, mutate.damaged_bytes),
    Target("MIDI: prepare", "in.mid", seeds.songs, prepare, mutate.damaged_bytes),
    Target("recording: report", "in.mid", seeds.recordings, report, mutate.damaged_bytes),
    Target("live MIDI: a jam", "in.live", live.jams, live.hear, mutate.damaged_bytes),
    Target("config TOML: listen", "in.toml", seeds.configs, config, mutate.damaged_text),
    Target("recipe TOML: train", "in.toml", seeds.recipes, recipe, mutate.damaged_text),
    Target("onsets JSON: beats", "in.json", seeds.onsets, onsets, mutate.damaged_json),
    Target("bundle.json", "bundle.json", seeds.bundles, bundle, mutate.damaged_json),
    Target("bundle's ONNX", "in.graph", graphs.graphs, graphs.play, graphs.damaged_graph),
    Target("corpus.json", "corpus.json", seeds.corpus_heads, corpus_head, mutate.damaged_json),
    Target(
        "corpus.safetensors", "corpus.safetensors", seeds.corpora, corpus_head, mutate.damaged_bytes
    ),
    Target("checkpoint", "best.safetensors", seeds.checkpoints, checkpoint, mutate.damaged_bytes),
)
