"""Who may import what, checked on the source; the rules keep the live path light and apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("drumd", "engine")
    for path in (ROOT / folder).rglob("*.py")
)
LONGEST_FILE = 300
HEAVY = {"matplotlib", "music21", "numpy", "onnxruntime", "symusic", "torch"}

TRAINING = (
    "attention",
    "checkpoint",
    "data_prep",
    "drum_task",
    "export",
    "own_strokes",
    "parallel",
    "seq_model",
    "start",
    "token_model",
    "token_task",
    "train",
    "transformer",
)
# library: the files that may import it, as patterns of paths
HOMES = {
    "click": ["drumd/cli/*"],
    "jack": ["drumd/ports/jackclient.py"],
    "link": ["drumd/timing/link.py"],
    "miniaudio": ["drumd/sound/speaker_process.py"],
    "soundfile": ["drumd/sound/audio_file.py"],
    "matplotlib": ["engine/plot.py", "engine/beat_plot.py"],
    "music21": ["engine/music_utils.py"],
    "numpy": [
        "engine/*",
        "drumd/cli/*",
        "drumd/sound/*",
        "drumd/timing/beats.py",
        "drumd/timing/pulse/*",
    ],
    "onnxruntime": ["engine/graphs.py"],
    "rich": ["drumd/reporter.py", "drumd/cli/*"],
    "rtmidi": ["drumd/ports/rtmidi.py"],
    "symusic": ["engine/midi.py"],
    "torch": [f"engine/{name}.py" for name in TRAINING],
}
# what the daemon shares with the engine: plain values, free of numpy
SHARED = {
    "engine.dynamics",
    "engine.errors",
    "engine.kit",
    "engine.moment",
    "engine.notes",
    "engine.phrase",
    "engine.touch",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One module that a file imports; `late` if only when a function of the file runs."""

    file: str
    module: str
    late: bool

    def __str__(self) -> str:
        return f"{self.file} imports {self.module}{' in a function' if self.late else ''}"

    def of(self, package: str) -> bool:
        return self.module == package or self.module.startswith(package + ".")


def imports_of(file: str, source: str) -> Iterator[Import]:
    """Every import of a source file, relative ones spelled out."""
    yield from _imports_in(ast.parse(source), file, late=False)


def _imports_in(node: ast.AST, file: str, *, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue  # never runs
        if isinstance(child, ast.Import):
            yield from (Import(file, name.name, late) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(file, module, late) for module in _modules_of(child, file))
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _imports_in(child, file, late=late or is_function)


def _modules_of(node: ast.ImportFrom, file: str) -> list[str]:
    package = file.split("/")[: -node.level] if node.level else []
    base = ".".join([*package, *([node.module] if node.module else [])])
    if base in ("engine", "drumd"):  # `from engine import infer` names the module last
        return [f"{base}.{name.name}" for name in node.names]
    return [base]


def breaches(found: Import) -> list[str]:
    """The rules that one import breaks, in words."""
    broken = [
        f"{found}, which belongs in {', '.join(homes) or 'the tests'} only"
        for library, homes in HOMES.items()
        if found.of(library) and not any(fnmatch(found.file, home) for home in homes)
    ]
    if found.file.startswith("engine/") and found.of("drumd"):
        broken.append(f"{found}: the engine knows nothing of the daemon")
    if found.file.startswith("drumd/") and found.of("engine") and not _may_use_engine(found):
        broken.append(f"{found}: only plain values are shared at import time")
    return broken


def _may_use_engine(found: Import) -> bool:
    if found.module in SHARED:
        return True
    if found.module == "engine.infer" and found.file == "drumd/drummer.py":
        return found.late
    return found.late and found.file.startswith("drumd/cli/")


def test_every_import_keeps_the_rules() -> None:
    found = [
        breach
        for file in SOURCES
        for one in imports_of(file, (ROOT / file).read_text())
        for breach in breaches(one)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("drumd/daemon.py", "import numpy as np"),
        ("drumd/daemon.py", "def run():\n    from engine.infer import Drummer"),
        ("drumd/drummer.py", "from engine.infer import Drummer"),
        ("drumd/cli/train.py", "import engine.train"),
        ("drumd/window.py", "from engine import midi"),
        ("drumd/ports/__init__.py", "import rtmidi"),
        ("drumd/ports/jack.py", "try:\n    import jack\nexcept ImportError:\n    pass"),
        ("drumd/config.py", "import click"),
        ("engine/grid.py", "import torch.nn as nn"),
        ("engine/midi.py", "from drumd.errors import DrumdError"),
    ],
)
def test_an_import_out_of_place_is_found(file: str, source: str) -> None:
    assert [breach for one in imports_of(file, source) for breach in breaches(one)]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("drumd/daemon.py", "from engine.notes import Note"),
        ("drumd/drummer.py", "def work():\n    from engine.infer import Drummer"),
        ("drumd/cli/train.py", "def command():\n    from engine.train import train"),
        ("drumd/ports/rtmidi.py", "import rtmidi"),
        ("drumd/reporter.py", "from rich.live import Live"),
        ("engine/seq_model.py", "import torch"),
    ],
)
def test_an_import_in_its_place_passes(file: str, source: str) -> None:
    assert not [breach for one in imports_of(file, source) for breach in breaches(one)]


@pytest.mark.parametrize("module", ["drumd.cli", "drumd.cli.listen", "drumd.daemon"])
def test_the_daemon_loads_no_heavy_library(module: str) -> None:
    assert loaded_with(module) == set()


@pytest.mark.parametrize("module", ["engine.infer", "engine.accompany"])
def test_playing_needs_nothing_of_training(module: str) -> None:
    assert loaded_with(module) <= {"numpy", "onnxruntime"}


def loaded_with(module: str) -> set[str]:
    """The heavy libraries that a fresh Python has loaded after importing a module."""
    code = f"import sys, {module}; print(*{HEAVY} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        file for file in SOURCES if not ast.get_docstring(ast.parse((ROOT / file).read_text()))
    ]
    assert silent == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    ours = [*(ROOT / file for file in SOURCES), *(ROOT / "tests").rglob("*.py"), ROOT / "drumd.py"]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in ours
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}
