"""Countries by polygons: borders, islands, the date line, and codes that are not countries."""

import pytest

from backoffice.kernel import geo

PLACES = {
    "Hanoi": (21.03, 105.85, "VN"),
    "Lao Cai, across the river from Hekou": (22.486, 103.970, "VN"),
    "Hekou": (22.530, 103.960, "CN"),
    "Shenzhen": (22.55, 114.07, "CN"),
    "Hong Kong": (22.3193, 114.1694, "HK"),
    "Macau": (22.190, 113.540, "MO"),
    "Zhuhai": (22.270, 113.570, "CN"),
    "Taipei": (25.03, 121.56, "TW"),
    "Sinuiju, across the river from Dandong": (40.09, 124.40, "KP"),
    "Dandong": (40.13, 124.38, "CN"),
    "Paris, whose polygon is called FX": (48.85, 2.35, "FR"),
    "Tenerife, whose polygon is called IC": (28.30, -16.50, "ES"),
    "Tristan da Cunha, whose polygon is called TA": (-37.11, -12.28, "GB"),
    "Bali": (-8.65, 115.22, "ID"),
    "Honolulu": (21.31, -157.86, "US"),
    "Vatican": (41.902, 12.453, "VA"),
    "Fiji west of the date line": (-16.80, 179.99, "FJ"),
    "Fiji east of the date line": (-16.80, -179.99, "FJ"),
    "Chukotka": (66.0, -179.0, "RU"),
    "South Pole": (-90.0, 0.0, "AQ"),
}


@pytest.mark.parametrize(("lat", "lon", "country"), PLACES.values(), ids=PLACES)
def test_a_point_is_in_its_country(areas, lat, lon, country):
    assert areas.country(geo.Point(lat, lon)) == country


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 0.0), (45.0, -35.0), (-50.0, -120.0)])
def test_the_high_sea_belongs_to_nobody(areas, lat, lon):
    assert areas.country(geo.Point(lat, lon)) is None


def test_longitude_180_has_two_spellings_and_one_answer(areas):
    assert areas.country(geo.Point(-16.8, 180.0)) == areas.country(geo.Point(-16.8, -180.0)) == "FJ"


MAINLAND = {
    "Beijing": (39.9, 116.4),
    "Kashgar": (39.47, 75.99),
    "Sanya": (18.25, 109.51),
    "Mohe": (52.97, 122.53),
}
NOT_MAINLAND = {
    "Hong Kong": (22.32, 114.17),
    "Macau": (22.19, 113.54),
    "Taipei": (25.03, 121.56),
    "Seoul": (37.57, 126.98),
    "Hanoi": (21.03, 105.85),
    "Kathmandu": (27.7, 85.32),
    "Vladivostok": (43.12, 131.89),
    "Fukuoka": (33.59, 130.40),
}


@pytest.mark.parametrize("at", MAINLAND.values(), ids=MAINLAND)
def test_mainland_china_is_all_of_it(areas, at):
    assert areas.in_mainland_china(*at)


@pytest.mark.parametrize("at", NOT_MAINLAND.values(), ids=NOT_MAINLAND)
def test_cities_inside_the_usual_rectangle_are_not_shifted(areas, at):
    assert not areas.in_mainland_china(*at)
