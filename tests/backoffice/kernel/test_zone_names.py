"""The time is said with a city's name in the reader's own language."""

import pytest
from babel import Locale

from backoffice.kernel import zone_names


@pytest.mark.parametrize(
    ("zone", "zh", "en"),
    [
        ("Asia/Bangkok", "曼谷", "Bangkok"),
        ("Asia/Ho_Chi_Minh", "胡志明市", "Ho Chi Minh City"),
        ("Asia/Kolkata", "加尔各答", "Kolkata"),
        ("Europe/Kyiv", "基辅", "Kyiv"),
    ],
)
def test_renamed_zones_have_a_name_too(zone: str, zh: str, en: str) -> None:
    """CLDR knows some under their first names alone."""
    assert zone_names.city(zone, Locale.parse("zh_Hans")) == zh
    assert zone_names.city(zone, Locale.parse("en")) == en


def test_a_zone_without_a_word_keeps_its_own() -> None:
    assert zone_names.city("America/Knox_IN", Locale.parse("ja")) != ""
    assert zone_names.city("Nowhere/New_Town", Locale.parse("ja")) == "New Town"
