"""Who is called at which rung, by whose hours, and whose console sounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.oncall import ladder, model
from backoffice.oncall.ladder import Seat
from backoffice.oncall.model import Hours, OnCall, Reach, WayKind

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
"""A Wednesday, noon in Shanghai."""
ALWAYS = (Reach(WayKind.SMS, "+8613800138000"),)


def person(name: str, centre: str = "北京", position: int = 1, **more: object) -> OnCall:
    return replace(OnCall(name, centre, position, name, ALWAYS), **more)  # type: ignore[arg-type]


LIST = [
    person("second", position=2),
    person("first", position=1),
    person("boss", position=9, supervisor=True),
    person("far", centre="里斯本"),
]


def names(level: int, people: list[OnCall] = LIST, now: datetime = NOON) -> list[str]:
    return [p.name for p in ladder.called(people, ladder.Where("北京"), level, now)]


def test_first_the_next_one_then_all_then_the_supervisor_and_the_second_centre() -> None:
    """Issue 4: 15 s, 30 s, 60 s."""
    assert names(ladder.NEXT) == ["first"]
    assert names(ladder.EVERYBODY) == ["first", "second"]
    assert names(ladder.BEYOND) == ["first", "second", "boss", "far"]


def test_off_duty_means_silent_until_it_is_an_incident() -> None:
    """Somebody off duty is woken when nobody else has answered for three minutes, not before."""
    asleep = [replace(p, hours=Hours(start=20 * 60, end=22 * 60)) if p.name == "first" else p for p in LIST]
    assert names(ladder.NEXT, asleep) == ["second"]
    assert "first" not in names(ladder.BEYOND, asleep)
    assert names(ladder.INCIDENT, asleep) == ["first", "second", "boss", "far"]


def test_nobody_in_hours_climbs_to_who_is() -> None:
    """A rung is never empty while the list has anybody."""
    alone = [person("far", centre="里斯本")]
    assert names(ladder.NEXT, alone) == ["far"]
    never = [replace(alone[0], hours=Hours(days=(6,)))]
    assert names(ladder.NEXT, never) == ["far"]
    assert names(ladder.NEXT, []) == []


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-03-06T14:30", True),
        ("2026-03-06T17:59", True),
        ("2026-03-06T18:00", False),
        ("2026-03-07T14:30", False),
    ],
)
def test_a_night_shift_belongs_to_the_day_it_begins(at: str, holds: bool) -> None:
    """Friday 22:00 to 02:00 in Shanghai reaches into Saturday and nowhere else."""
    friday = Hours(days=(4,), start=22 * 60, end=2 * 60)
    assert friday.holds(datetime.fromisoformat(f"{at}+00:00")) is holds


def test_a_case_of_a_centre_without_a_list_falls_to_one_that_has() -> None:
    assert ladder.home_centre(LIST, "里斯本") == "里斯本"
    assert ladder.home_centre(LIST, "") == "北京"
    assert ladder.home_centre([], "x") == "x"


SEATS = [Seat("a", load=3), Seat("b"), Seat("c", load=1), Seat("boss", supervisor=True)]


def test_consoles_sound_one_after_the_other() -> None:
    """The one with the fewest cases first; supervisors from the third rung on."""
    assert ladder.sounding(SEATS, "case", 0) == {"b"}
    assert ladder.sounding(SEATS, "case", 1) == {"b", "c"}
    assert ladder.sounding(SEATS, "case", 2) == {"a", "b", "c"}
    assert ladder.sounding(SEATS, "case", 3) == {"a", "b", "c", "boss"}


def test_a_supervisor_alone_hears_at_once() -> None:
    assert ladder.sounding([Seat("boss", supervisor=True)], "case", 0) == {"boss"}
    assert ladder.sounding([], "case", 0) == frozenset()


def test_equal_loads_take_turns_by_lot() -> None:
    """Forty cases do not all ring at the same desk."""
    three = [Seat("a"), Seat("b"), Seat("c")]
    firsts = [next(iter(ladder.sounding(three, f"case-{n}", 0))) for n in range(40)]
    assert all(firsts.count(name) >= 5 for name in "abc")


def test_rungs_are_counted_by_the_seconds_waited() -> None:
    assert [ladder.rung(s, (15, 30, 60)) for s in (0, 14.9, 15, 30, 59, 60, 999)] == [0, 0, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    "wrong",
    [
        {"centre": " "},
        {"reaches": ()},
        {"reaches": (Reach(WayKind.SMS, "13800138000"),)},
        {"reaches": (Reach(WayKind.EMAIL, "nobody"),)},
        {"reaches": (Reach(WayKind.CHAT, "sms:1"),)},
        {"reaches": (Reach(WayKind.WEBHOOK, "https://elsewhere.example"),)},
        {"hours": Hours(days=())},
    ],
)
def test_an_entry_by_which_nobody_can_be_woken_is_refused(wrong: dict[str, object]) -> None:
    """Found when it is typed, not in the night it is needed; and no address of the web is ever called."""
    with pytest.raises(Refusal):
        model.check(person("x", **wrong))
    assert model.check(person("x"))


def test_the_whole_day_is_the_whole_day() -> None:
    assert all(Hours().holds(NOON + timedelta(hours=h)) for h in range(24))
