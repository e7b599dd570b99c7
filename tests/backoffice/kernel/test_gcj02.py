"""GCJ-02 maths: agrees with an independent implementation and comes back to the same place."""

import random

import pytest

from backoffice.kernel import gcj02, geo, geodesy

# (lon, lat) in WGS-84 and the reading gcoord 1.x (npm) gives for it.
VECTORS = [
    ((116.397389, 39.908722), (116.40363255334069, 39.91012547567846)),
    ((121.4737, 31.2304), (121.47822305927693, 31.22845773757727)),
    ((113.9434, 22.5329), (113.94827618564396, 22.529884343046618)),
    ((113.5767, 22.2707), (113.58173904543749, 22.267684534672853)),
    ((103.9646, 22.5083), (103.96648333274076, 22.505258464177878)),
    ((87.6168, 43.8256), (87.61964994946926, 43.82680539311119)),
    ((126.6425, 45.7567), (126.64847005257023, 45.758651260466564)),
    ((109.5119, 18.2528), (109.51598429482667, 18.25109479173564)),
    ((91.1409, 29.6456), (91.14242933648593, 29.642863987365978)),
    ((73.9, 39.3), (73.90287212864149, 39.29995902186812)),
    ((134.5, 48.2), (134.50760520101474, 48.20240648205086)),
    ((114.1694, 22.3193), (114.17436706626148, 22.316550799399344)),
]


@pytest.mark.parametrize(("wgs", "shifted"), VECTORS)
def test_the_forward_formula_agrees_with_another_implementation_to_a_tenth_of_a_millimetre(wgs, shifted):
    lat, lon = gcj02.from_wgs84(wgs[1], wgs[0])
    assert geodesy.distance_m(geo.Point(lat, lon), geo.Point(shifted[1], shifted[0])) < 1e-4


@pytest.mark.parametrize(("wgs", "shifted"), VECTORS)
def test_a_shared_pin_leads_back_to_where_the_person_stands(wgs, shifted):
    lat, lon = gcj02.to_wgs84(shifted[1], shifted[0])
    assert geodesy.distance_m(geo.Point(lat, lon), geo.Point(wgs[1], wgs[0])) < 1e-3


def test_ten_thousand_round_trips_over_china_stay_below_a_millimetre():
    chance = random.Random(20)
    worst = 0.0
    for _ in range(10_000):
        lat, lon = chance.uniform(3.0, 54.0), chance.uniform(73.0, 136.0)
        back = gcj02.to_wgs84(*gcj02.from_wgs84(lat, lon))
        worst = max(worst, geodesy.distance_m(geo.Point(lat, lon), geo.Point(*back)))
    assert worst < 1e-3


def test_forgetting_the_conversion_would_send_somebody_hundreds_of_metres_away():
    lat, lon = gcj02.from_wgs84(39.908722, 116.397389)
    assert 400 < geodesy.distance_m(geo.Point(lat, lon), geo.Point(39.908722, 116.397389)) < 700
