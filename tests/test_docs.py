"""What the docs name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAPS = ("docs/architecture.md", "docs/glossary.md", "docs/reliability.md", "CONTRIBUTING.md")
READ = ("README.md", "CHANGELOG.md", *MAPS, "docs/figures.md", "docs/decisions.md")
PATH = re.compile(r"(?<![\w./-])(?:(?:drumd|engine|tests|configs|docs)/|\.ci/)[\w./-]*\w/?")
MODULE = re.compile(r"(?<![\w./-])(?:drumd|engine|tests)(?:\.[a-z_]\w*)+")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def named(text: str) -> set[str]:
    """The paths that a text names, modules spelled as paths."""
    paths = set(PATH.findall(text))
    rest = PATH.sub(" ", text)
    return paths | {name.replace(".", "/") for name in MODULE.findall(rest)}


def is_there(name: str) -> bool:
    path = ROOT / name.removesuffix("/")
    return path.exists() or path.with_suffix(".py").exists()


@pytest.mark.parametrize("page", MAPS)
def test_every_path_and_module_that_the_map_names_is_there(page: str) -> None:
    names = named((ROOT / page).read_text("utf-8"))
    missing = {name for name in names if not is_there(name)}
    assert names and missing == set()


def test_a_path_or_module_that_is_not_there_is_found() -> None:
    names = named("see `drumd/nowhere/x.py`, `engine.no.module` and `python -m tests.benches`")
    assert {name for name in names if not is_there(name)} == {
        "drumd/nowhere/x.py",
        "engine/no/module",
    }


@pytest.mark.parametrize("page", READ)
def test_every_link_between_the_docs_leads_somewhere(page: str) -> None:
    path = ROOT / page
    links = LINK.findall(path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_room_has_its_paragraph_on_the_map() -> None:
    told = (ROOT / "docs/architecture.md").read_text("utf-8")
    rooms = [
        f"{package}/{path.name}/"
        for package in ("drumd", "engine")
        for path in sorted((ROOT / package).iterdir())
        if (path / "__init__.py").exists()
    ]
    assert rooms and [room for room in rooms if f"**`{room}`**" not in told] == []


def test_decisions_are_numbered_once_and_in_order() -> None:
    told = (ROOT / "docs/decisions.md").read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\.", told, re.MULTILINE)]
    assert [number for number, count in Counter(numbers).items() if count > 1] == []
    assert numbers == sorted(numbers)
