"""Every command without its optional libraries says which extra to install."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drumd.cli import COMMANDS
from engine.errors import EXTRAS
from engine.inference import bundle
from tests.support.midi_files import band
from tests.support.songs import small_corpus
from tests.support.strums import strummed

LIBRARIES = {library: extra for extra, libraries in EXTRAS.items() for library in libraries}
CASES = {  # words, and which extra they cannot do without
    "listen --clock link --in riff.mid --out jam.mid": "link",
    "listen --in riff.mid --out heard.mid": None,
    "listen --in riff.mid --out speakers": "audio",
    "listen --in riff.mid --out paged.mid --page": "page",
    "page": "page",
    "render riff.mid -o riff.wav": None,
    "render riff.mid -o riff.flac": "audio-files",
    "generate riff.mid -o drums.mid": None,
    "generate riff.mid -o plotted.mid --plot drums.png": "plot",
    "generate riff.mid -o written.mid --score drums.musicxml": "notation",
    "prepare corpus/../music -o other": "train",
    "train --config small.toml --data corpus -o run": "train",
    "train --config small.toml --data corpus -o run --from BUNDLE": "train",
    "export run -o bundle": "train",
    "grooves corpus -o book": "train",
    "eval --data corpus --songs 1": "train",
    "report heard.mid": None,
    "transcribe riff.wav -o transcribed.mid": None,
    "calibrate --help": None,
    "config": None,
    "keep --help": None,
    "metre --help": None,
    "kits": None,
    "man": None,
    "service --help": None,
    "beats onsets.json": None,
    "beats onsets.json --plot beats.png": "plot",
    "ports": None,
    "doctor --help": None,
    "panic --help": None,
}
BLOCKED = """
import json, sys
from importlib.machinery import PathFinder

def find(name, *rest, find=PathFinder.find_spec):
    return None if name.partition(".")[0] in absent else find(name, *rest)

absent = set(sys.argv[1].split(","))
PathFinder.find_spec = find
from click.testing import CliRunner
from drumd.cli import main

for words in json.loads(sys.argv[2]):
    done = CliRunner().invoke(main, words.split())
    print(json.dumps([done.exit_code, repr(done.exception), done.output]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands find what they ask for."""
    folder = tmp_path_factory.mktemp("extras")
    small_corpus(folder)
    (folder / "riff.mid").write_bytes(band(2))
    (folder / "small.toml").write_text("[train]\nepochs = 1\n")
    (folder / "BUNDLE").symlink_to(Path(bundle.__file__).parents[1] / "bundles" / "lstm")
    (folder / "onsets.json").write_text(json.dumps([{"onsets": strummed(6)}]))
    return folder


def said(folder: Path, blocked: list[str], cases: list[str]) -> dict[str, tuple[int, str, str]]:
    """Status, exception and output of each command where some libraries cannot be imported."""
    command = [sys.executable, "-c", BLOCKED, ",".join(blocked), json.dumps(cases)]
    environment = {
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "OMP_NUM_THREADS": "1",
        "HOME": str(folder),
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(cases, map(json.loads, done.stdout.splitlines()), strict=True))


def test_every_command_without_any_extra_works_or_says_which_it_needs(folder: Path) -> None:
    assert {words.split()[0] for words in CASES} == set(COMMANDS)
    for words, (status, exception, output) in said(folder, list(LIBRARIES), list(CASES)).items():
        extra = CASES[words]
        assert exception == "None" or exception.startswith("SystemExit"), (words, exception)
        if extra is None:
            assert status == 0, (words, output)
        else:
            assert status == 1 and f"pip install 'drumd[{extra}]'" in output, (words, output)
            assert output.splitlines()[-1].startswith("Error: "), (words, output)


@pytest.mark.parametrize("library", ["torch", "safetensors", "onnx", "onnxscript"])
def test_each_library_of_training_is_asked_for_by_its_name(folder: Path, library: str) -> None:
    needed = {
        "torch": ["train --config small.toml --data corpus -o run", "export run -o bundle"],
        "safetensors": ["train --config small.toml --data corpus -o run", "export run -o bundle"],
        "onnx": ["train --config small.toml --data corpus -o run --from BUNDLE"],
        "onnxscript": ["export run -o bundle"],
    }[library]
    for words, (status, _, output) in said(folder, [library], needed).items():
        assert status == 1 and f"needs {library}: pip install 'drumd[train]'" in output, words
