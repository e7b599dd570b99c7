"""Places in words: the right country, a city people know, its time, and what a typed place may mean."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from geopy.distance import geodesic

from backoffice import ports
from backoffice.adapters import gazetteer as places
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.kernel import geo, geodesy

P = geo.Point
OLD_TOWN = P(21.03, 105.85)

TOLD_BY = {
    "Hanoi's old quarter": (21.030, 105.850, "VN", "Hanoi"),
    "Shinjuku": (35.694, 139.703, "JP", "Tokyo"),
    "Tsim Sha Tsui": (22.297, 114.172, "HK", "Hong Kong"),
    "the airport of Hong Kong": (22.308, 113.918, "HK", "Hong Kong"),
    "La Défense": (48.890, 2.240, "FR", "Paris"),
    "Versailles, well known itself": (48.800, 2.120, "FR", "Versailles"),
    "Foshan beside Guangzhou": (23.030, 113.120, "CN", "Foshan"),
    "Hekou, though Lao Cai is nearer": (22.510, 103.960, "CN", "Hekou"),
    "Lao Cai, though Hekou is near": (22.486, 103.970, "VN", "Lào Cai"),
    "Macau beside Zhuhai": (22.190, 113.540, "MO", "Macau"),
    "Lukla, too small for the lists": (27.690, 86.730, "NP", "Lukla"),
    "the airport of Bangkok": (13.690, 100.750, "TH", "Bangkok"),
}


@pytest.mark.parametrize(("lat", "lon", "country", "city"), TOLD_BY.values(), ids=TOLD_BY)
def test_a_point_is_told_by_a_city_of_its_own_country(gazetteer, lat, lon, country, city):
    words = gazetteer.describe(P(lat, lon))
    assert (words.country, words.city[""]) == (country, city)


def test_it_is_the_places_the_business_asks_for(gazetteer):
    places: ports.Places = gazetteer
    assert places.describe(OLD_TOWN).country == "VN"


def test_distance_and_direction_lead_from_the_citys_centre(gazetteer):
    words = gazetteer.describe(P(20.900, 105.841))
    truth = geodesic((21.0245, 105.8412), (20.9, 105.841)).meters
    assert words.city[""] == "Hanoi"
    assert words.distance.metres == pytest.approx(truth, abs=10)
    assert geodesy.compass(words.distance.bearing_deg) == "S"


def test_country_and_time_zone_are_asked_separately(gazetteer):
    """The zone's border lies elsewhere: Hanoi is drawn into Bangkok's, and is not in Thailand."""
    assert gazetteer._zones.timezone_at(lat=OLD_TOWN.lat, lng=OLD_TOWN.lon) == "Asia/Bangkok"
    assert gazetteer.describe(OLD_TOWN).country == "VN"


def test_the_time_is_named_by_a_city_of_the_country(gazetteer):
    """Nobody in Hanoi reads "Bangkok time"; both clocks have been alike since 1975."""
    words = gazetteer.describe(OLD_TOWN)
    here, there = (datetime(2026, 3, 1, 12, tzinfo=ZoneInfo(zone)) for zone in (words.zone, "Asia/Bangkok"))
    assert (words.zone, here.utcoffset()) == ("Asia/Ho_Chi_Minh", there.utcoffset())
    assert gazetteer.describe(P(13.7563, 100.5018)).zone == "Asia/Bangkok"


@pytest.mark.parametrize(("lat", "lon"), [(39.9, 116.4), (43.8, 87.6), (39.47, 75.99), (29.65, 91.1)])
def test_all_of_mainland_china_keeps_beijing_time(gazetteer, lat, lon):
    assert gazetteer.describe(P(lat, lon)).zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("lat", "lon"), [(90, 0), (-90, 0), (0, 180), (0, -180), (0, -150), (72, -40), (-62.2, -58.9)]
)
def test_the_ends_of_the_world_have_words_too(gazetteer, lat, lon):
    words = gazetteer.describe(P(lat, lon))
    assert ZoneInfo(words.zone)
    assert bool(words.city) == bool(words.distance)
    assert words.distance is None or words.distance.metres < 1_005_000


def test_names_are_in_the_readers_script_where_known_and_latin_elsewhere(gazetteer):
    assert gazetteer.describe(OLD_TOWN).city == {
        "": "Hanoi",
        "zh_Hans": "河内",
        "zh_Hant": "河內",
        "ja": "ハノイ",
        "ko": "하노이",
    }
    assert gazetteer.describe(P(36.75, -119.77)).city == {"": "Fresno"}


def test_japanese_readers_are_given_han_names_of_chinese_cities_koreans_latin(gazetteer):
    yichang = gazetteer.describe(P(30.714, 111.285)).city
    assert yichang == {"": "Yichang", "zh_Hans": "宜昌", "zh_Hant": "宜昌", "ja": "宜昌"}


TYPED = {
    "Grand Hotel, Hanoi": ("Hanoi", "VN"),
    "清迈古城": ("Chiang Mai", "TH"),
    "清邁古城": ("Chiang Mai", "TH"),
    "ホテル、チェンマイ": ("Chiang Mai", "TH"),
    "방콕 호텔": ("Bangkok", "TH"),
    "Hotel in San Jose, Costa Rica": ("San José", "CR"),
    "哥斯达黎加 圣何塞": ("San José", "CR"),
    "i am in the best hotel in nice": ("Nice", "FR"),
    "help, NEW YORK": ("New York City", "US"),
    "Đà Nẵng": ("Da Nang", "VN"),
    "ＯＳＡＫＡ": ("Osaka", "JP"),
    "京都大学": ("Kyoto", "JP"),
    "東京都新宿区": ("Tokyo", "JP"),
    "Köln": ("Cologne", "DE"),
    "我在大理古城南门": ("Dali", "CN"),
    "Xi'an": ("Xi'an", "CN"),
    "Xi’an bell tower": ("Xi'an", "CN"),
}


@pytest.mark.parametrize(("text", "city"), TYPED.items())
def test_the_city_in_a_typed_place_is_found_in_five_languages(gazetteer, text, city):
    first = gazetteer.find(text)[0]
    assert (first.words.city[""], first.words.country) == city
    assert gazetteer.describe(first.point).city == first.words.city


@pytest.mark.parametrize(
    "text", ["", "hotel", "我在酒店", "same here, best regards", "???", "이 호텔", "x" * 10_000]
)
def test_no_city_is_made_up(gazetteer, text):
    assert gazetteer.find(text) == []


def test_homonyms_are_all_offered_the_likeliest_first(gazetteer):
    assert [f.words.country for f in gazetteer.find("Paris")] == ["FR", "US"]
    assert [f.words.country for f in gazetteer.find("Paris, United States")] == ["US"]


def test_a_found_city_has_its_time_but_no_distance(gazetteer):
    words = gazetteer.find("Hanoi")[0].words
    assert (words.zone, words.distance) == ("Asia/Ho_Chi_Minh", None)


def test_the_emergency_centre_is_asked_only_inside_the_border(gazetteer):
    assert gazetteer.near_centre(P(22.55, 114.07)).city == "深圳"
    assert gazetteer.near_centre(P(22.30, 114.17)) is None


def test_numbers_are_labelled_first_and_never_twice(gazetteer):
    saudi = gazetteer.emergency_numbers("SA")
    assert [(n.service, n.number) for n in saudi[:2]] == [("police", "999"), ("ambulance", "997")]
    assert {n.service for n in saudi[2:]} == {""}
    assert len({n.number for n in saudi}) == len(saudi)


PIN = geo.RawPoint(39.91012547567846, 116.40363255334069, geo.Datum.GCJ02)


def test_a_pin_from_wechat_is_read_by_the_border_and_shown_again_where_it_was_put(gazetteer):
    point, ambiguous, other = gazetteer.fix(PIN)
    assert geodesic((point.lat, point.lon), (39.908722, 116.397389)).meters < 0.001
    assert (ambiguous, other) == (False, None)
    shown = gazetteer.to_gcj(point)
    assert geodesic((shown.lat, shown.lon), (PIN.lat, PIN.lon)).meters < 0.001
    assert gazetteer.to_gcj(OLD_TOWN) == OLD_TOWN


def test_the_setting_for_hong_kong_and_macau_decides_there():
    victoria = geo.RawPoint(22.2819, 114.1582, geo.Datum.GCJ02)
    point, ambiguous, other = Gazetteer("ambiguous").fix(victoria)
    assert (point, ambiguous) == (P(victoria.lat, victoria.lon), True)
    assert Gazetteer("wgs84").fix(victoria) == (point, False, None)
    assert Gazetteer("gcj02").fix(victoria) == (other, False, None)


@pytest.mark.parametrize("north", [0.0, 0.01, 0.85, 0.95, 40.0, 110.0])
def test_distances_said_are_the_solvers_near_and_far(north: float) -> None:
    """Near by the quick arc stands in for it: on both sides of where it does they agree."""
    here, there = P(21.0285, 105.8542), P(21.0285 - north, 105.8542 + north / 3)
    exact = geodesic((here.lat, here.lon), (there.lat, there.lon)).meters
    assert places.distance_m(here, there) == pytest.approx(exact, abs=2e-3)
