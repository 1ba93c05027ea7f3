"""`drumd train` from a shell: begun from another run, and resumed."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from drumd.cli import train as train_command
from engine.training import device
from tests.support.songs import small_corpus

RECIPE = """
[train]
epochs = 1
batch = 16
threads = 1
[model]
encoder_size = 8
decoder_size = 16
[data]
epoch_windows = 32
valid_windows = 16
"""


def drumd(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_run_goes_on_from_another_and_says_where_it_is_told_wrongly(tmp_path: Path) -> None:
    corpus, recipe = small_corpus(tmp_path), tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    teach = ("train", "--config", recipe, "--data", corpus, "-o")
    assert drumd(*teach, tmp_path / "first").exit_code == 0
    second = drumd(*teach, tmp_path / "second", "--from", tmp_path / "first", "--json")
    assert second.exit_code == 0 and json.loads(second.output.splitlines()[-1])["finished"]
    about = json.loads((tmp_path / "second" / "best.json").read_text())["about"]
    assert about["begun_from"]["name"] == "first"

    both = drumd(*teach, tmp_path / "second", "--from", tmp_path / "first", "--resume")
    assert both.exit_code == 2 and "leave out --from" in both.output
    empty = drumd(*teach, tmp_path / "third", "--from", corpus)
    assert empty.exit_code == 1 and "there is no checkpoint" in empty.output
    assert drumd(*teach, tmp_path / "second", "--resume").exit_code == 0


def test_what_a_stopped_run_prints_is_json_even_before_the_first_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, recipe = small_corpus(tmp_path), tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.replace("epoch_windows = 32", "epoch_windows = 64"))
    monkeypatch.setattr(train_command, "stop_signals", lambda: nullcontext([2]))
    run = tmp_path / "run"
    done = drumd("train", "--config", recipe, "--data", corpus, "-o", run, "--json")
    assert done.exit_code == 130
    told = json.loads(done.output.splitlines()[-1], parse_constant=pytest.fail)
    assert told == {"run": str(run), "finished": False, "epoch": 1, "step": 1, "best": None}


def test_a_gpu_that_is_not_there_is_an_error_and_no_run_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "GPUS", {"cuda": lambda: False, "mps": lambda: False})
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    words = ("train", "--config", recipe, "--data", tmp_path, "-o", tmp_path / "run")
    told = drumd(*words, "--device", "mps")
    assert told.exit_code == 1 and "finds no mps device here" in told.output
    assert not (tmp_path / "run").exists()
