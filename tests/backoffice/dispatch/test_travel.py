"""Expected arrival: by means of transport, within what is published."""

from datetime import UTC, datetime

import pytest

from backoffice.dispatch import travel
from backoffice.dispatch.travel import Transport


@pytest.mark.parametrize(("km", "least", "most"), [(20, 24, 60), (40, 48, 120)])
def test_a_drive_takes_what_field_facts_say(km: int, least: int, most: int) -> None:
    """20 km are 24–60 minutes and 40 km 48–120 minutes by car."""
    minutes = travel.arrival_s(Transport.CAR, km * 1000, night=False) / 60
    assert least <= minutes <= most


def test_ten_kilometres_of_city_road_take_a_car_what_tomtom_measured() -> None:
    """22 to 27 minutes in the middle of Jakarta, Manila, Bengaluru."""
    assert 22 * 60 <= travel.CAR.seconds(10_000) <= 27 * 60


def test_people_get_out_of_the_door_more_slowly_at_night() -> None:
    """Turn-out 1:42 by day, 2:22 by night (PMID 40816549)."""
    day = travel.arrival_s(Transport.FOOT, 0, night=False)
    night = travel.arrival_s(Transport.FOOT, 0, night=True)
    assert (day, night) == (102.0, 142.0)


@pytest.mark.parametrize(
    ("km", "order"),
    [
        (0.3, ["motorbike", "car", "foot"]),
        (5.0, ["motorbike", "car", "foot", "transit"]),
        (30.0, ["car", "motorbike", "foot", "transit"]),
    ],
)
def test_who_is_quickest_depends_on_the_way(km: float, order: list[str]) -> None:
    """A motorbike in town, a car on long roads; whoever has no vehicle takes one when that is quicker."""
    times = {name: travel.arrival_s(Transport(name), km * 1000, night=False) for name in order}
    assert sorted(order, key=lambda name: times[name]) == order


def test_farther_is_never_sooner() -> None:
    for transport in Transport:
        times = [travel.arrival_s(transport, metres, night=False) for metres in range(0, 60_000, 250)]
        assert times == sorted(times)


def test_night_is_the_places_own() -> None:
    """23:00 in Bangkok is 16:00 UTC and 11:00 in New York."""
    at = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert travel.is_night(at, "Asia/Bangkok")
    assert not travel.is_night(at, "America/New_York")
