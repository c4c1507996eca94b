from __future__ import annotations

from datetime import timedelta

import pytest

from chargers import units


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "under 1 min"),
        (0, "under 1 min"),
        (59, "under 1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1:00 h"),
        (90_061, "25:01 h"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(seconds, text):
    assert units.duration_text(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("energy_wh", "text"),
    [(0, "0.00"), (7_400, "7.40"), (1_005, "1.00"), (1_015, "1.02")],
)
def test_energy_is_told_in_kilowatt_hours(energy_wh, text):
    assert units.kwh_text(energy_wh) == text
