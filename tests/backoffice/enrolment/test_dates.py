"""The end of a document is read as written, or asked again: never a day and a month exchanged."""

from datetime import date

import pytest

from backoffice.enrolment import dates


@pytest.mark.parametrize(
    "typed",
    [
        "2030-05-01",
        "2030/5/1",
        "2030年5月1日",
        "20300501",
        "1 May 2030",
        "May 1st, 2030",
        "2030. 5. 1",
        "２０３０年５月１日",
    ],
)
def test_a_day_is_read(typed: str) -> None:
    assert dates.read(typed) == date(2030, 5, 1)


@pytest.mark.parametrize("typed", ["01/05/2030", "5-1-30", "2030-13-01", "2030-02-30", "next year", ""])
def test_what_may_mean_two_days_or_none_is_asked_again(typed: str) -> None:
    assert dates.read(typed) is None
