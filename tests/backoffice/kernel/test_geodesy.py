"""Distances, bearings, cells: right everywhere on the globe, poles and date line included."""

import random
from math import inf, nan

import pytest
from geopy.distance import geodesic

from backoffice.kernel import geo, geodesy

P = geo.Point


@pytest.mark.parametrize(
    ("metres", "tolerance"), [(5, 1e-6), (20_000, 1e-5), (40_000, 1e-5), (100_000, 1e-3)]
)
def test_distance_is_the_geodesic_to_a_millimetre_up_to_100_km(metres, tolerance):
    chance = random.Random(metres)
    for _ in range(200):
        here = (chance.uniform(-90, 90), chance.uniform(-180, 180))
        there = geodesic(meters=metres).destination(here, chance.uniform(0, 360))
        truth = geodesic(here, there).meters
        measured = geodesy.distance_m(P(*here), P(there.latitude, there.longitude))
        assert abs(measured - truth) < tolerance


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0, 179.99), (0, -179.99)),
        ((89.99, 0), (89.99, 180)),
        ((-90, 0), (-89.9, 77)),
        ((12.5, 180), (12.5, -180)),
    ],
)
def test_distance_knows_no_date_line_and_no_pole(a, b):
    assert geodesy.distance_m(P(*a), P(*b)) == pytest.approx(geodesic(a, b).meters, abs=1e-3)


def test_bearing_agrees_with_the_way_one_would_walk():
    chance = random.Random(4)
    for _ in range(300):
        here, azimuth = (chance.uniform(-75, 75), chance.uniform(-180, 180)), chance.uniform(0, 360)
        there = geodesic(meters=15_000).destination(here, azimuth)
        found = geodesy.bearing_deg(P(*here), P(there.latitude, there.longitude))
        assert abs((found - azimuth + 180) % 360 - 180) < 0.25


@pytest.mark.parametrize(
    ("bearing", "word"),
    [
        (0, "N"),
        (22.4, "N"),
        (22.6, "NE"),
        (90, "E"),
        (181, "S"),
        (225, "SW"),
        (300, "NW"),
        (359.9, "N"),
        (-90, "W"),
    ],
)
def test_the_eight_points_of_the_compass(bearing, word):
    assert geodesy.compass(bearing) == word


@pytest.mark.parametrize(
    ("lon", "same"),
    [(0, 0), (180, -180), (-180, -180), (190, -170), (540.5, -179.5), (-181, 179), (-1e-18 - 180, -180)],
)
def test_a_meridian_has_one_name(lon, same):
    assert geodesy.normalise_lon(lon) == pytest.approx(same)
    assert -180 <= geodesy.normalise_lon(lon) < 180


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(nan, 1), (1, nan), (inf, 0), (1, -inf), (91, 0), (-90.1, 0), (10, 180.1), (0, 0), (0.0, -0.0)],
)
def test_impossible_coordinates_are_refused(lat, lon):
    assert not geodesy.valid(lat, lon)


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180), (0, 101.5), (51.5, 0), (0.001, 0.001)])
def test_rare_but_real_coordinates_are_taken(lat, lon):
    assert geodesy.valid(lat, lon)


def test_everybody_in_a_cell_is_shown_the_same_cell():
    first = geodesy.cell(21.0245, 105.8412)
    corner = geodesy.cell(first.centre.lat + 0.004, first.centre.lon - 0.004)
    assert first == corner == geodesy.cell(first.centre.lat, first.centre.lon)


@pytest.mark.parametrize("size", [2_000.0, 5_000.0])
def test_a_cell_is_never_smaller_than_promised_nor_much_larger(size):
    chance = random.Random(9)
    for _ in range(300):
        lat, lon = chance.uniform(-85, 85), chance.uniform(-180, 180)
        centre = geodesy.cell(lat, lon, size).centre
        height, width = _sides(centre, size)
        assert size <= height < 1.02 * size
        assert size <= width < 1.05 * size
        assert geodesy.distance_m(P(lat, lon), centre) < 0.75 * size


def _sides(centre: geo.Point, size: float) -> tuple[float, float]:
    own = geodesy.cell(centre.lat, centre.lon, size)
    north = next(c for c in _steps(centre, size, (1.0, 0.0)) if c.code != own.code)
    east = next(c for c in _steps(centre, size, (0.0, 1.0)) if c.code != own.code)
    height = geodesy.distance_m(centre, P(north.centre.lat, centre.lon))
    return height, geodesy.distance_m(centre, P(centre.lat, east.centre.lon))


def _steps(centre: geo.Point, size: float, way: tuple[float, float]):
    for i in range(1, 4000):
        step = i * size / 1_000_000
        lat, lon = centre.lat + way[0] * step, geodesy.normalise_lon(centre.lon + way[1] * step)
        yield geodesy.cell(lat, lon, size)


def test_no_two_cells_around_a_city_share_a_code():
    cells = {geodesy.cell(13.5 + i / 100, 100.2 + j / 100) for i in range(60) for j in range(60)}
    assert len({c.code for c in cells}) == len({c.centre for c in cells}) == len(cells)


@pytest.mark.parametrize(("lat", "lon"), [(90, 0), (-90, 0), (90, 180), (0, 180), (0, -180), (89.9999, 12)])
def test_cells_exist_at_the_ends_of_the_world(lat, lon):
    assert geodesy.valid(*[getattr(geodesy.cell(lat, lon).centre, k) for k in ("lat", "lon")])


def test_a_square_small_enough_to_find_somebody_in_is_refused():
    with pytest.raises(ValueError, match="at least 2000 m"):
        geodesy.cell(21.0, 105.8, 1_999)


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "0–1 km"), (999.9, "0–1 km"), (3_000, "3–5 km"), (4_800, "3–5 km"), (250_000, "> 100 km")],
)
def test_a_distance_is_said_as_a_band(metres, words):
    assert str(geodesy.band(metres)) == words


def test_the_band_is_measured_from_the_cells_centre_not_from_the_person():
    viewer = P(21.1, 105.8)
    spot = geodesy.cell(21.0245, 105.8412)
    assert geodesy.band_from_cell(spot, viewer) == geodesy.band(geodesy.distance_m(spot.centre, viewer))
