"""Which centre a case belongs to: hours, country, language, and their order; and who stands in for it."""

from datetime import UTC, datetime

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.oncall import centres
from backoffice.oncall.centres import Centre, Wanted
from backoffice.oncall.model import Hours

NOON_IN_BEIJING = datetime(2026, 3, 2, 4, tzinfo=UTC)
MIDNIGHT_IN_BEIJING = datetime(2026, 3, 2, 16, tzinfo=UTC)
DAY = (0, 1, 2, 3, 4, 5, 6)
BEIJING = Centre("bj", "北京", Hours("Asia/Shanghai", DAY, 480, 1200), ("zh", "en"), ("CN", "TH"), 1)
MADRID = Centre("mad", "Madrid", Hours("Europe/Madrid", DAY, 480, 1200), ("zh", "en"), ("ES", "FR"), 2)
NIGHT = Centre("night", "夜班", Hours("Asia/Shanghai", DAY, 1200, 480), ("zh",), (), 3)
ALL = (NIGHT, MADRID, BEIJING)


@pytest.mark.parametrize(
    ("country", "locale", "now", "expected"),
    [
        ("TH", "zh_Hans", NOON_IN_BEIJING, ["bj", "night", "mad"]),
        ("TH", "zh_Hans", MIDNIGHT_IN_BEIJING, ["night", "mad", "bj"]),
        ("FR", "zh_Hans", MIDNIGHT_IN_BEIJING, ["mad", "night", "bj"]),
        ("", "ja", NOON_IN_BEIJING, ["bj", "mad", "night"]),
        ("US", "en", MIDNIGHT_IN_BEIJING, ["night", "mad", "bj"]),
        ("", "en", MIDNIGHT_IN_BEIJING, ["mad", "night", "bj"]),
    ],
)
def test_open_first_then_country_then_language(
    country: str, locale: str, now: datetime, expected: list[str]
) -> None:
    """Somebody awake far away answers before somebody asleep nearby."""
    assert [c.code for c in centres.by_fit(ALL, Wanted(country, locale), now)] == expected


def test_the_second_centre_is_who_would_have_got_it() -> None:
    found = centres.second(ALL, "night", Wanted("FR", "zh_Hans"), MIDNIGHT_IN_BEIJING)
    assert found is MADRID
    assert centres.second((BEIJING,), "bj", Wanted(), NOON_IN_BEIJING) is None
    assert centres.best((), Wanted("CN"), NOON_IN_BEIJING) is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"code": "a b"}, "centres.no_name"),
        ({"name": " "}, "centres.no_name"),
        ({"regions": ("Thailand",)}, "centres.bad_region"),
        ({"languages": ("中文",)}, "centres.bad_language"),
        ({"hours": Hours(days=())}, "on_call.no_days"),
    ],
)
def test_a_centre_that_could_never_fit_is_refused(changes: dict[str, object], key: str) -> None:
    given: dict[str, object] = {"code": "bj", "name": "北京"} | changes
    with pytest.raises(Refusal) as refused:
        centres.check(Centre(**given))  # type: ignore[arg-type]
    assert refused.value.key == key
