"""Chinese citizens abroad are told their consulate's line however they wrote their nationality."""

import pytest

from backoffice.people import nationality


@pytest.mark.parametrize(
    "written", ["CN", "中国", "中國", "chinese", "China", " 中国籍 ", "중국", "P.R. China"]
)
def test_a_chinese_citizen_is_known_as_one(written: str) -> None:
    assert nationality.is_chinese(written)


@pytest.mark.parametrize("written", ["", "DE", "日本", "Chinatown", "台湾", "Indochina"])
def test_others_are_not(written: str) -> None:
    assert not nationality.is_chinese(written)
