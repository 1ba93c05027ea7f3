"""Who may import what, by folder: the way of the data goes one way, and the live path is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
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
ROOMS = sorted({Path(file).parent.as_posix() for file in SOURCES})
HEAVY = {
    "matplotlib",
    "music21",
    "numpy",
    "onnxruntime",
    "sklearn",
    "starlette",
    "torch",
    "uvicorn",
}

# A room imports from the rooms of the lines above its own, never from its own line or below.
# A file that lies in no room is a room of its own, and so is a folder of a room that is named here.
ENGINE = (
    ("errors",),
    ("recipe",),
    ("storage",),
    ("music", "pages"),
    ("midi", "encoding", "performance", "notation"),
    ("grooves", "models", "corpus", "beats", "hearing"),
    ("inference",),
    ("evaluation.hit_metrics",),
    ("evaluation.songs",),
    ("evaluation.measures",),
    ("evaluation.results",),
    ("evaluation.summary",),
    ("training", "evaluation"),
    ("seed", "grooves.training", "hearing.training"),
    ("tasks",),
)
DRUMD = (
    ("errors", "controls", "process", "demo"),
    ("config", "timing", "status", "drummer_process"),
    ("ports", "recording", "remote"),
    ("output", "page"),
    ("jam", "ears"),
    ("guests", "live_ports", "song_time"),
    ("daemon", "doctor", "service", "settings_file", "sound", "song_file"),
    ("cli",),
    ("__main__",),
)
PACKAGES = (("engine", ENGINE), ("drumd", DRUMD))
# library: the files that may import it, as patterns of paths
HOMES = {
    "click": ["drumd/cli/*"],
    "jack": [
        "drumd/ports/jack/client.py",
        "drumd/ports/jack/cycles.py",
        "drumd/ports/jack/audio.py",
    ],
    "link": ["drumd/timing/sources/link.py"],
    "matplotlib": ["engine/notation/piano_roll.py", "engine/beats/plot.py"],
    "miniaudio": [
        "drumd/ears/sources/card.py",
        "drumd/sound/kits/sample_files.py",
        "drumd/sound/speaker_process.py",
    ],
    "music21": ["engine/notation/music_utils.py"],
    "numpy": [
        "engine/*",
        "drumd/cli/*",
        "drumd/doctor/audio_input.py",
        "drumd/ears/calibration.py",
        "drumd/ears/last_sound.py",
        "drumd/ears/level.py",
        "drumd/ears/listening.py",
        "drumd/ears/sources/*",
        "drumd/recording/report.py",
        "drumd/sound/*",
    ],
    "onnxruntime": ["engine/inference/runtime.py", "engine/hearing/pitches.py"],
    "rich": ["drumd/status/reporter.py", "drumd/cli/*"],
    "rtmidi": ["drumd/ports/driver.py"],
    "sklearn": ["engine/evaluation/measures/boosted_trees.py"],
    "soundfile": ["drumd/sound/audio_file.py"],
    "starlette": ["drumd/page/app.py"],
    "supriya_midi": ["drumd/ports/driver.py"],
    "torch": [
        "engine/models/*",
        "engine/training/*",
        "engine/seed/*",
        "engine/beats/training/*",
        "engine/hearing/training/*",
        "engine/grooves/training/*",
    ],
    "uvicorn": ["drumd/page/server.py"],
}
# what the daemon takes of the engine as it is imported: plain values, free of numpy
SHARED = (
    "engine.errors",
    "engine.performance",
    "engine.midi.contents",
    "engine.midi.instruments",
    "engine.midi.smf",
    "engine.music.bars",
    "engine.music.general_midi",
    "engine.music.kit",
    "engine.music.kit_map",
    "engine.music.loop",
    "engine.music.notes",
    "engine.music.wishes",
    "engine.beats.count_in",
    "engine.storage.atomic",
    "engine.storage.outputs",
)
# who else takes what of it: a folder or a file, a module, and whether only once it is needed
EXCEPTIONS = (
    ("drumd/cli/", "engine", True),
    ("drumd/cli/beats.py", "engine.beats.records", False),  # checks the command's options
    ("drumd/drummer_process.py", "engine.inference.infer", True),  # in the drummer's process
    ("drumd/ears/listening.py", "engine.hearing", False),  # loaded in the ears' process alone
    ("drumd/timing/sources/player.py", "engine.beats.tracker", True),
    ("drumd/sound/clip.py", "engine.midi.read", True),  # for the commands' pages
    ("drumd/recording/report.py", "engine.pages", False),  # loaded by `drumd report` alone
)

# what runs back up, and only once it is needed: speakers and ears are ports by their names
BACK_UP = (
    ("drumd/ports/open.py", "drumd.sound.speakers"),
    ("drumd/ports/open.py", "drumd.ears.ears_input"),
)


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
    if base.replace(".", "/") in ROOMS:  # `from engine.midi import smf` names the module last
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
    if _runs_back_up(found):
        broken.append(f"{found}: this runs back up")
    return broken


def _may_use_engine(found: Import) -> bool:
    if any(found.of(module) for module in SHARED):
        return True
    return any(
        found.file.startswith(place) and found.of(module) and (found.late or not late)
        for place, module, late in EXCEPTIONS
    )


def _runs_back_up(found: Import) -> bool:
    package, *rest = found.file.removesuffix(".py").split("/")
    other, *theirs = found.module.split(".")
    if package != other or not theirs or theirs[0] == "__version__":
        return False
    if found.late and any(found.file == file and found.of(module) for file, module in BACK_UP):
        return False
    here, there = room_of(package, rest), room_of(package, theirs)
    return here != there and level(package, there) >= level(package, here)


def room_of(package: str, place: list[str]) -> str:
    """The room of a file or module, by its path within the package."""
    inner = ".".join(place[:2])
    return inner if any(inner in line for line in dict(PACKAGES)[package]) else place[0]


def level(package: str, room: str) -> int:
    """How far down the way of the data a room lies."""
    lines = dict(PACKAGES)[package]
    return next(number for number, line in enumerate(lines) if room in line)


def test_every_import_keeps_the_rules() -> None:
    found = [breach for one in all_imports() for breach in breaches(one)]
    assert not found, "\n".join(found)


def test_every_room_has_its_place_on_the_way_of_the_data() -> None:
    placed = {f"{name}/{room}" for name, lines in PACKAGES for line in lines for room in line}
    paths = [file.removesuffix(".py").split("/") for file in SOURCES]
    rooms = {f"{path[0]}/{room_of(path[0], path[1:])}" for path in paths}
    assert placed == {room for room in rooms if not room.endswith("__init__")}


def test_no_modules_import_each_other_in_a_circle() -> None:
    wanted: dict[str, set[str]] = {}
    for one in all_imports():
        if one.of("drumd") or one.of("engine"):
            wanted.setdefault(module_of(one.file), set()).add(one.module)
    while free := {name for names in wanted.values() for name in names} - wanted.keys():
        wanted = {name: names - free for name, names in wanted.items() if names - free}
    assert wanted == {}


def all_imports() -> Iterable[Import]:
    return [one for file in SOURCES for one in imports_of(file, (ROOT / file).read_text())]


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("drumd/daemon.py", "import numpy as np"),
        ("drumd/daemon.py", "def run():\n    from engine.inference.infer import BundleDrummer"),
        ("drumd/drummer_process.py", "from engine.inference.infer import BundleDrummer"),
        ("drumd/cli/train.py", "import engine.training.train"),
        ("drumd/jam/heard.py", "from engine.midi import read"),
        ("drumd/ports/__init__.py", "import rtmidi"),
        ("drumd/ports/open.py", "try:\n    import jack\nexcept ImportError:\n    pass"),
        ("drumd/ports/open.py", "from drumd.sound.speakers import open_speakers"),
        ("drumd/ports/open.py", "def late():\n    from drumd.sound.kits.store import load_kit"),
        ("drumd/daemon.py", "def late():\n    from drumd.sound.speakers import Speakers"),
        ("drumd/sound/speakers.py", "def late():\n    import miniaudio"),
        ("drumd/sound/render.py", "def late():\n    import soundfile"),
        ("drumd/remote/door.py", "from starlette.applications import Starlette"),
        ("drumd/page/hub.py", "from drumd.jam.jam import Jam"),
        ("drumd/page/page_process.py", "def late():\n    from drumd.daemon import Daemon"),
        ("drumd/config.py", "import click"),
        ("drumd/timing/musical.py", "from drumd.ports.base import Place"),
        ("drumd/timing/musical.py", "from drumd.jam import player"),
        ("engine/music/grid.py", "import torch.nn as nn"),
        ("engine/music/grid.py", "from engine.encoding.features import Floats"),
        ("engine/midi/read.py", "from drumd.errors import DrumdError"),
        ("engine/inference/infer.py", "def late():\n    from engine.training import export"),
        ("engine/corpus/store.py", "from engine.inference.infer import BundleDrummer"),
        ("engine/grooves/book.py", "from engine.inference.bundle import Bundle"),
        ("engine/grooves/heard.py", "import torch"),
        ("engine/grooves/ideas.py", "from engine.grooves.training import train_fit"),
        ("engine/inference/guide.py", "from engine.grooves.training.written import SOURCE"),
        ("engine/training/export.py", "from engine.grooves.training.train_fit import FIT"),
        ("engine/evaluation/measures/style.py", "from engine.evaluation.results import MODEL"),
    ],
)
def test_an_import_out_of_place_is_found(file: str, source: str) -> None:
    assert [breach for one in imports_of(file, source) for breach in breaches(one)]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("drumd/daemon.py", "from engine.music.notes import Note"),
        (
            "drumd/drummer_process.py",
            "def work():\n    from engine.inference.infer import BundleDrummer",
        ),
        ("drumd/cli/train.py", "def command():\n    from engine.training.train import train"),
        ("drumd/ports/driver.py", "def python_rtmidi():\n    import rtmidi"),
        ("drumd/ports/open.py", "def late():\n    from drumd.sound.speakers import open_speakers"),
        ("drumd/sound/mixer.py", "import numpy as np"),
        ("drumd/cli/render.py", "def command():\n    from drumd.sound.render import render"),
        ("drumd/status/reporter.py", "from rich.live import Live"),
        ("engine/models/seq_model.py", "import torch"),
        ("engine/training/export.py", "from engine.inference.bundle import Bundle"),
        ("engine/inference/guide.py", "from engine.grooves.book import read_book"),
        ("engine/grooves/training/train_fit.py", "import torch"),
        ("engine/grooves/training/train_fit.py", "from engine.training.bar_table import BarTable"),
        ("engine/grooves/training/train_fit.py", "from engine.grooves.book import write_book"),
    ],
)
def test_an_import_in_its_place_passes(file: str, source: str) -> None:
    assert not [breach for one in imports_of(file, source) for breach in breaches(one)]


@pytest.mark.parametrize("module", ["drumd.cli", "drumd.cli.listen", "drumd.daemon"])
def test_the_daemon_loads_no_heavy_library(module: str) -> None:
    assert loaded_with(module) == set()


@pytest.mark.parametrize(
    "module", ["engine.inference.infer", "engine.inference.accompany", "engine.grooves.memory"]
)
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


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_what_lies_in_it_and_imports_none_of_it(room: str) -> None:
    source = (ROOT / room / "__init__.py").read_text()
    listed = next(
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    files = {path.stem for path in (ROOT / room).glob("*.py") if path.stem[0] != "_"}
    folders = {Path(other).name for other in ROOMS if Path(other).parent == Path(room)}
    assert sorted(listed) == listed and set(listed) - OWN.get(room, set()) == files | folders
    assert not [one for one in imports_of(f"{room}/__init__.py", source) if one.of(module_of(room))]


OWN = {"drumd": {"__version__"}, "drumd/cli": {"main"}}  # what their `__init__` itself holds


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        file for file in SOURCES if not ast.get_docstring(ast.parse((ROOT / file).read_text()))
    ]
    assert silent == []
