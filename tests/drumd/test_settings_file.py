from dataclasses import fields
from pathlib import Path

import pytest

from drumd.cli.listen import command
from drumd.config import Settings
from drumd.controls import Command, Control, Dial
from drumd.errors import SettingsError
from drumd.settings_file import key_of, load_settings
from engine.music.notes import Metre
from engine.music.wishes import Feel, Style, Wishes


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "listen.toml"
        path.write_text(text)
        return path

    return write


def test_without_a_file_and_options_the_defaults_hold():
    assert load_settings(None, {"bpm": None}) == Settings()


def test_the_command_line_goes_over_the_file_and_the_file_over_the_defaults(file):
    settings = load_settings(file('in = "Keys"\nbpm = 90\nmetre = "6/8"'), {"bpm": 100.0})
    assert settings.input == "Keys" and settings.bpm == 100.0
    assert settings.metre == Metre(6, 8) and settings.output == Settings().output


def test_an_unknown_key_is_answered_with_the_valid_ones(file):
    with pytest.raises(SettingsError, match=r"listen\.toml: there is no setting 'tempo'; .*bpm"):
        load_settings(file("tempo = 100"), {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("bpm = 1000", "bpm must be in 20..400"),
        ('bpm = "fast"', "must be a number"),
        ("bpm = true", "must be a number"),
        ("seed = 1.5", "whole number"),
        ("in = 3", "must be text"),
        ('in = ""', "a port needs a name"),
        ('clock = "sun"', "clock must be one of auto, host"),
        ('bpm = 100\nclock = "link"', "exclude each other"),
        ('link = true\nclock = "free"', "link and clock = free exclude each other"),
        ("link = 1", "must be true or false"),
        ('metre = "four"', "written like 4/4"),
        ('metre = "4/5"', "no such metre"),
        ('metre = "17/4"', "a bar must last"),
        ('metre = "7/16"', "end on an eighth"),
        ("temperature = -1", "temperature"),
        ("latency_ms = 9999", "latency_ms"),
        ("max_late_ms = -1", "max_late_ms"),
        ('bpm = 100\nclock = "host"', "exclude each other"),
        ('bpm = 100\nclock = "count-in"', "exclude each other"),
        ('clock = "given"', "needs bpm too"),
        ('tap = "pedal"', "written like `cc 64`"),
        ("twice = 64", "must be text"),
        ('feel = "bent"', "there is no feel 'bent'; there are auto, straight, swung"),
        ('style = "polka"', "there is no style 'polka'; there are auto, jazz"),
        ("density = 1.5", r"density must be in 0\.\.1"),
        ("humanize = -1", r"humanize must be in 0\.\.1"),
        ('mute = "program"', "a program chooses styles or parts"),
        ('density_dial = "note 3"', "a knob is a `cc`"),
        ('style_dial = "note 3"', "by `program` or by a `cc`"),
        ("bpm = = 3", "cannot be read"),
    ],
)
def test_a_mistake_in_a_file_is_one_sentence_with_the_files_name(file, text, problem):
    with pytest.raises(SettingsError, match=problem) as raised:
        load_settings(file(text), {})
    assert "listen.toml" in str(raised.value) and "\n" not in str(raised.value)


def test_a_control_is_told_by_its_setting(file):
    settings = load_settings(file('tap = "cc 64"\nhalf = "note 36 channel 10"'), {})
    assert settings.controls == {
        Command.TAP: Control("cc", 64),
        Command.HALF: Control("note", 36, 9),
    }


def test_knobs_and_wishes_are_told_by_their_settings(file):
    settings = load_settings(
        file(
            'style = "Funk"\nfeel = "swung"\ndensity = 0.25\nintensity = 1\nhumanize = 0\n'
            'style_dial = "program channel 16"\nintensity_dial = "cc 11"'
        ),
        {},
    )
    assert settings.wishes == Wishes(Style.FUNK, 0.25, 1.0, humanize=0.0, feel=Feel.SWUNG)
    assert settings.dials == {
        Dial.STYLE: Control("program", 0, 15),
        Dial.INTENSITY: Control("cc", 11),
    }


def test_the_style_auto_on_the_command_line_goes_over_the_files(file):
    assert load_settings(file('style = "funk"'), {"style": "auto"}).style is None


def test_every_setting_is_an_option_of_listen():
    options = {parameter.opts[0].removeprefix("--") for parameter in command.params}
    keys = {key_of(field.name).replace("_", "-") for field in fields(Settings)}
    assert keys <= options


def test_the_config_that_ships_is_valid():
    settings = load_settings(Path(__file__).parents[2] / "configs" / "listen.toml", {})
    assert settings.record == Path("session.mid")
