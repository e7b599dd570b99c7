"""Weekly hours: what people type is read or asked again, never guessed; switches follow the wall clock."""

from datetime import UTC, datetime, timedelta

import pytest

from backoffice.enrolment import daytime, hours
from backoffice.enrolment.hours import Shift

BANGKOK, NEW_YORK = "Asia/Bangkok", "America/New_York"


@pytest.mark.parametrize(
    ("typed", "days", "start", "end"),
    [
        ("周一至周五 9:00-18:00", [0, 1, 2, 3, 4], "09:00", "18:00"),
        ("週一至週五 9點到18點", [0, 1, 2, 3, 4], "09:00", "18:00"),
        ("每天 8-22", [0, 1, 2, 3, 4, 5, 6], "08:00", "22:00"),
        ("mon-fri 9:30-17", [0, 1, 2, 3, 4], "09:30", "17:00"),
        ("weekends 22:00-2:00", [5, 6], "22:00", "02:00"),
        ("月〜金 9時から18時", [0, 1, 2, 3, 4], "09:00", "18:00"),
        ("평일 9:00-18:00", [0, 1, 2, 3, 4], "09:00", "18:00"),
        ("fri-mon 10-12", [0, 4, 5, 6], "10:00", "12:00"),
        ("9-18", [0, 1, 2, 3, 4, 5, 6], "09:00", "18:00"),
        ("每天24小时", [0, 1, 2, 3, 4, 5, 6], "24:00", "24:00"),
    ],
)
def test_hours_are_read_in_five_languages(typed: str, days: list[int], start: str, end: str) -> None:
    week = hours.read(typed)
    assert week is not None
    (line,) = hours.lines(week)
    assert (line[0], hours.clock(line[1]), hours.clock(line[2])) == (days, start, end)


def test_several_stretches_are_parted_by_semicolons_or_lines() -> None:
    assert hours.read("周一至周五 9-18；周六 10-14") == hours.read("mon-fri 9-18\nsat 10-14")


@pytest.mark.parametrize(
    "typed", ["", "你好", "下周一 9-12", "25-30", "9-18 也许", "9:75-10", "周一", "mon 9"]
)
def test_what_is_unclear_is_not_guessed(typed: str) -> None:
    assert hours.read(typed) is None


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """March 2026 in Bangkok (UTC+7, no change of clocks); the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def test_duty_begins_and_ends_by_the_envoys_own_clock() -> None:
    week = hours.read("mon-fri 9-18") or ()
    assert not hours.on_at(week, BANGKOK, at(2, 8, 59))
    assert hours.on_at(week, BANGKOK, at(2, 9))
    assert not hours.on_at(week, BANGKOK, at(2, 18))
    assert hours.next_switch(week, BANGKOK, at(2, 9)) == hours.Switch(at(2, 18), on=False)
    assert hours.next_switch(week, BANGKOK, at(6, 18)) == hours.Switch(at(9, 9), on=True)


def test_a_night_shift_runs_over_midnight() -> None:
    week = (Shift(6, 22 * 60, 2 * 60),)
    assert hours.on_at(week, BANGKOK, at(9, 1))
    assert hours.next_switch(week, BANGKOK, at(9, 1)) == hours.Switch(at(9, 2), on=False)


def test_stretches_that_touch_are_one() -> None:
    week = hours.read("mon 9-12; mon 12-18") or ()
    assert hours.next_switch(week, BANGKOK, at(2, 10)) == hours.Switch(at(2, 18), on=False)


def test_who_is_always_on_duty_never_switches() -> None:
    assert hours.next_switch(hours.read("每天24小时") or (), BANGKOK, at(2, 10)) is None


def test_hours_keep_their_meaning_when_clocks_change() -> None:
    """New York, 8 March 2026: 9:00 is 14:00 UTC before and 13:00 UTC after."""
    week = hours.read("9-17") or ()
    before = hours.next_switch(week, NEW_YORK, datetime(2026, 3, 7, 5, tzinfo=UTC))
    after = hours.next_switch(week, NEW_YORK, datetime(2026, 3, 8, 5, tzinfo=UTC))
    assert before == hours.Switch(datetime(2026, 3, 7, 14, tzinfo=UTC), on=True)
    assert after == hours.Switch(datetime(2026, 3, 8, 13, tzinfo=UTC), on=True)


def test_what_can_wait_is_asked_by_day() -> None:
    assert daytime.by_day(at(2, 12), BANGKOK) == at(2, 12)
    assert daytime.by_day(at(2, 3), BANGKOK) == at(2, 9)
    assert daytime.by_day(at(2, 20), BANGKOK) == at(3, 9)
