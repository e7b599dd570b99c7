"""An envoy of a sex is asked for in one's own words."""

import pytest

from backoffice.people import preferences


@pytest.mark.parametrize(
    ("typed", "sex"),
    [("女", "female"), ("女士。", "female"), ("A woman", "female"), ("女性", "female"), ("여성", "female"),
     ("男的", "male"), ("man", "male"), ("都可以", "any"), ("no preference", "any"), ("どちらでも", "any"),
     ("不限", "any")],
)  # fmt: skip
def test_what_is_asked_for_is_understood_in_five_languages(typed: str, sex: str) -> None:
    assert preferences.envoy_sex(typed) == sex


def test_dispatch_looks_for_nobody_of_a_sex_that_was_not_named() -> None:
    """Words nobody understands, and "either", leave everybody in."""
    assert [preferences.wanted_sex(kept) for kept in ("a woman", "any", "", "tall", "male")] == [
        "female", "", "", "", "male",
    ]  # fmt: skip
