"""The nearest contracted emergency centre: only in mainland China, with no more precision than the list has."""

import pytest

from backoffice.kernel import geo, geodesy
from backoffice.places import centres

P = geo.Point


def test_the_list_is_whole():
    assert len(centres.all_centres()) == 265
    assert sum(bool(c.doubt_m) for c in centres.all_centres()) == 10
    assert all(geodesy.valid(c.point.lat, c.point.lon) for c in centres.all_centres())


def test_in_a_city_with_a_centre_it_is_in_your_city():
    found = centres.nearest_centre(P(45.76, 126.64), True)
    assert found is not None
    assert (found.centre.city, found.in_city) == ("哈尔滨", True)


def test_far_from_the_city_it_is_the_nearest_but_not_in_your_city():
    found = centres.nearest_centre(P(30.2, 91.0), True)
    assert found is not None
    assert (found.centre.city, found.in_city) == ("拉萨", False)
    assert 50_000 < found.distance_m < 70_000


@pytest.mark.parametrize("at", [P(22.32, 114.17), P(21.03, 105.85)])
def test_abroad_no_chinese_centre_is_named(at):
    assert centres.nearest_centre(at, False) is None


def test_where_none_is_within_300_km_none_is_called_near():
    assert centres.nearest_centre(P(32.5, 80.1), True) is None


def test_an_unsure_point_is_never_in_your_city_and_yields_to_a_sure_one():
    panjin = next(c for c in centres.all_centres() if c.city == "盘锦")
    assert panjin.doubt_m == pytest.approx(45_400)
    at_panjin = centres.nearest_centre(panjin.point, True)
    assert at_panjin is not None
    assert not at_panjin.in_city
    kunming = centres.nearest_centre(P(25.04, 102.72), True)
    assert kunming is not None
    assert kunming.centre.city == "昆明"
    assert not kunming.in_city


def test_the_consular_hotline_is_the_one_for_chinese_abroad():
    assert centres.CONSULAR_HOTLINE == "+86-10-12308"
