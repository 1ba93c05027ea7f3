"""A recipe says what is wrong with it in one sentence."""

import pytest

from engine.errors import ConfigError
from engine.recipe import TrainSettings, load_recipe, read_section


def write(path, text):
    path.write_text(text, "utf-8")
    return path


def test_what_a_recipe_leaves_out_has_its_default(tmp_path):
    recipe = load_recipe(write(tmp_path / "r.toml", "seed = 3\n[train]\nepochs = 2\n"))
    assert recipe.seed == 3
    assert recipe.train == TrainSettings(epochs=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", "no key 'colour' in the top level; it knows task"),
        ("[train]\nepoch = 3", r"no key 'epoch' in \[train\]; it knows epochs"),
        ("[train]\nepochs = 'many'", "train.epochs must be int"),
        ("[train]\nepochs = true", "train.epochs must be int"),
        ("train = 3", "must be a table"),
        ("task = ", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        load_recipe(write(tmp_path / "r.toml", text))


def test_a_missing_recipe_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read .*none\.toml"):
        load_recipe(tmp_path / "none.toml")


def test_a_whole_number_is_a_fraction_too():
    assert read_section(TrainSettings, {"rate": 1}, "train").rate == 1
