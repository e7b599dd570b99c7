"""What is news for a family, how soon it is told, and what is never told by a machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.families import quiet, stages
from backoffice.families.stages import Stage

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)  # 12:00 in Beijing


@dataclass(frozen=True)
class Line:
    what: str
    at: datetime = NOON
    params: Mapping[str, str | int | float | bool] = field(default_factory=dict)


def told(*codes: str) -> list[Stage]:
    return [m.stage for m in stages.told([Line(code) for code in codes])]


def test_codes_that_concern_nobody_else_are_no_news() -> None:
    assert told("case.started", "dispatch.wave", "case.rang_again", "family.asked") == []


def test_that_a_colleague_took_over_is_no_news() -> None:
    assert told("case.dispatched", "centre.taken", "centre.taken") == [Stage.CALLED, Stage.ANSWERED]


def test_from_a_duress_on_nothing_is_told_nor_made_up_for_afterwards() -> None:
    """The screen must not show more than the coercer's; what follows its end is told again."""
    codes = ("centre.taken", "case.duress", "dispatch.accepted", "centre.duress_ended", "job.arrived")
    assert told(*codes) == [Stage.ANSWERED, Stage.ARRIVED]
    assert stages.silent_since([Line(c) for c in codes[:3]]) == NOON
    assert stages.silent_since([Line(c) for c in codes]) is None


@pytest.mark.parametrize(
    ("reason", "says"), [("helped", 1), ("safe", 1), ("unreachable", 0), ("duplicate", 0)]
)
def test_an_end_that_changes_a_life_goes_through_a_person(reason: str, says: int) -> None:
    """The service closes aloud only what ended well."""
    assert len(stages.told([Line("centre.closed", params={"reason": reason})])) == says


def test_what_was_taken_back_meanwhile_is_not_told_first() -> None:
    """An envoy found and lost within the same minutes: only that another is sought."""
    moments = stages.told([Line("dispatch.accepted"), Line("job.under_way"), Line("job.withdrawn")])
    assert [m.stage for m in stages.since(moments, 0)] == [Stage.ENVOY_LOST]
    assert stages.since(moments, 3) == []


def test_arrival_is_told_at_once_and_the_way_there_is_gathered() -> None:
    assert stages.delay(stages.told([Line("job.arrived")])) == timedelta()
    assert stages.delay(stages.told([Line("job.under_way")])) == stages.MERGED_WITHIN


@pytest.mark.parametrize(
    ("utc_hour", "morning"), [(4, None), (13, None), (14, 23), (20, 23), (22, 23), (23, None)]
)
def test_a_night_is_the_readers_own(utc_hour: int, morning: int | None) -> None:
    """22:00 to 7:00 in Beijing, whatever time it is where the traveller is."""
    now = NOON.replace(hour=utc_hour)
    ends = quiet.ends(now, "Asia/Shanghai", None)
    assert (ends.hour if ends else None) == morning
    assert ends is None or now < ends <= now + timedelta(hours=9)


def test_who_is_awake_with_us_is_told_at_night() -> None:
    """They wrote or looked a moment ago."""
    night = NOON.replace(hour=18)
    assert quiet.ends(night, "Asia/Shanghai", night - timedelta(minutes=5)) is None
    assert quiet.ends(night, "Asia/Shanghai", night - timedelta(hours=2)) is not None
    assert quiet.ends(night, "No/Where", None) is None


def test_the_envoy_of_an_order_who_stays_is_told_as_what_they_are() -> None:
    """An order that turned into an SOS: already beside them, or on the way."""
    met, apart = (Line("dispatch.from_order", params={"met": met}) for met in (True, False))
    assert [m.stage for m in stages.told([met])] == [Stage.ARRIVED]
    assert [m.stage for m in stages.told([apart])] == [Stage.ENVOY]
