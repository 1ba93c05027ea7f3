from pathlib import Path

import pytest

from drumd.config import RANGES, Settings
from drumd.errors import SettingsError


def test_an_output_that_ends_in_mid_is_a_file():
    assert Settings(output="jam.MID").output_file == Path("jam.MID")
    assert Settings(output="AI Drums").output_file is None


@pytest.mark.parametrize("name", RANGES)
def test_a_number_beyond_its_range_is_refused(name):
    least, most = RANGES[name]
    for value in (least - 1, most + 1):
        with pytest.raises(SettingsError, match=f"{name} must be in"):
            Settings(**{name: value})
