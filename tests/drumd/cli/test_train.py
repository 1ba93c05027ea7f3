"""`drumd train` from a shell: begun from another run, and resumed."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from drumd.cli import main
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
