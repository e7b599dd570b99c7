"""Which reading of a WeChat pin is true, and where both are kept: Shenzhen, Hong Kong, Macau, Hekou."""

import random
from datetime import UTC, datetime

import pytest

from backoffice.kernel import gcj02, geo, geodesy
from backoffice.places import datum
from backoffice.places.datum import HkMacauDatum

GCJ, WGS = geo.Datum.GCJ02, geo.Datum.WGS84
BOXES = {
    "Hong Kong and Shenzhen": (22.40, 22.65, 113.85, 114.35),
    "Macau and Zhuhai": (22.10, 22.35, 113.45, 113.65),
    "Hekou and Lao Cai": (22.40, 22.60, 103.85, 104.05),
}


def _pin(areas, lat: float, lon: float) -> geo.RawPoint:
    """What a map that shifts exactly mainland China shows for somebody standing at a place."""
    if areas.in_mainland_china(lat, lon):
        lat, lon = gcj02.from_wgs84(lat, lon)
    return geo.RawPoint(lat, lon, GCJ)


def _off(a: geo.Point | None, b: geo.Point) -> float:
    return geodesy.distance_m(a, b) if a else 1e9


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize("setting", [HkMacauDatum.AMBIGUOUS, HkMacauDatum.WGS84])
def test_near_the_border_the_true_place_is_the_reading_or_the_alternative(areas, box, setting):
    chance = random.Random(7)
    for _ in range(1500):
        stood = geo.Point(chance.uniform(*box[:2]), chance.uniform(*box[2:]))
        reading = datum.read(_pin(areas, stood.lat, stood.lon), areas, setting)
        if _off(reading.point, stood) > 0.001:
            assert reading.ambiguous
            assert _off(reading.alternative, stood) < 0.001
            assert _off(reading.point, stood) <= reading.accuracy_m


def test_ambiguity_is_kept_to_the_strip_when_the_setting_is_known(areas):
    chance = random.Random(8)
    lat0, lat1, lon0, lon1 = BOXES["Hong Kong and Shenzhen"]
    pins = [_pin(areas, chance.uniform(lat0, lat1), chance.uniform(lon0, lon1)) for _ in range(1500)]
    flagged = sum(datum.read(p, areas, HkMacauDatum.WGS84).ambiguous for p in pins)
    assert 0.01 < flagged / len(pins) < 0.20


@pytest.mark.parametrize(("lat", "lon"), [(22.3193, 114.1694), (22.19, 113.54)])
def test_hong_kong_and_macau_follow_the_setting(areas, lat, lon):
    raw = geo.RawPoint(lat, lon, GCJ)
    inverted = geo.Point(*gcj02.to_wgs84(lat, lon))
    given = geo.Point(lat, lon)
    assert datum.read(raw, areas, HkMacauDatum.WGS84) == datum.Reading(given)
    assert datum.read(raw, areas, HkMacauDatum.GCJ02) == datum.Reading(inverted)
    assert datum.read(raw, areas, HkMacauDatum.AMBIGUOUS) == datum.Reading(given, 700.0, True, inverted)


@pytest.mark.parametrize("setting", HkMacauDatum)
@pytest.mark.parametrize(("lat", "lon"), [(39.9087, 116.3974), (31.2304, 121.4737), (43.8256, 87.6168)])
def test_deep_in_china_there_is_no_doubt(areas, setting, lat, lon):
    reading = datum.read(_pin(areas, lat, lon), areas, setting)
    assert not reading.ambiguous
    assert _off(reading.point, geo.Point(lat, lon)) < 0.001


@pytest.mark.parametrize(("lat", "lon"), [(13.75, 100.5), (37.57, 126.98), (48.85, 2.35), (25.03, 121.56)])
def test_abroad_a_wechat_pin_is_taken_as_it_is(areas, lat, lon):
    reading = datum.read(geo.RawPoint(lat, lon, GCJ), areas, HkMacauDatum.AMBIGUOUS)
    assert reading == datum.Reading(geo.Point(lat, lon))


def test_a_telegram_pin_in_beijing_is_never_shifted(areas):
    reading = datum.read(geo.RawPoint(39.9087, 116.3974, WGS), areas, HkMacauDatum.AMBIGUOUS)
    assert reading == datum.Reading(geo.Point(39.9087, 116.3974))


def test_a_fix_keeps_what_was_received_beside_what_it_means(areas):
    raw = geo.RawPoint(22.3193, 114.1694, GCJ)
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    fix = datum.read(raw, areas, HkMacauDatum.AMBIGUOUS).fix(raw, geo.Source.WECHAT_PIN, at)
    assert (fix.raw, fix.source, fix.at, fix.ambiguous, fix.accuracy_m) == (
        raw,
        geo.Source.WECHAT_PIN,
        at,
        True,
        700,
    )
    assert fix.alternative == geo.Point(*gcj02.to_wgs84(22.3193, 114.1694))
