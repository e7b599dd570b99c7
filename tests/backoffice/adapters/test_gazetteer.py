"""Places in words: the right country, a city people know, its time, and what a typed place may mean."""

from datetime import UTC, datetime, timedelta

import pytest
from geopy.distance import geodesic

from backoffice.kernel import geo
from backoffice.places import datum

P = geo.Point
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

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
    words = gazetteer.describe(P(lat, lon), NOON)
    assert (words.country, words.city.name) == (country, city)


def test_distance_and_direction_lead_from_the_citys_centre(gazetteer):
    words = gazetteer.describe(P(20.900, 105.841), NOON)
    truth = geodesic((words.city.centre.lat, words.city.centre.lon), (20.9, 105.841)).meters
    assert (words.city.name, words.compass) == ("Hanoi", "S")
    assert words.distance_m == pytest.approx(truth, abs=1e-6)


def test_country_and_time_zone_are_asked_separately(gazetteer):
    words = gazetteer.describe(P(21.03, 105.85), NOON)
    assert (words.country, words.zone) == ("VN", "Asia/Bangkok")
    assert (words.local_time, words.local_time.utcoffset()) == (NOON, timedelta(hours=7))


@pytest.mark.parametrize(("lat", "lon"), [(39.9, 116.4), (43.8, 87.6), (39.47, 75.99), (29.65, 91.1)])
def test_all_of_mainland_china_keeps_beijing_time(gazetteer, lat, lon):
    assert gazetteer.describe(P(lat, lon), NOON).local_time.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("lat", "lon"), [(90, 0), (-90, 0), (0, 180), (0, -180), (0, -150), (72, -40), (-62.2, -58.9)]
)
def test_the_ends_of_the_world_have_words_too(gazetteer, lat, lon):
    words = gazetteer.describe(P(lat, lon), NOON)
    assert words.local_time == NOON
    assert words.city is None or words.distance_m < 1_005_000


def test_names_are_han_where_known_and_latin_elsewhere(gazetteer):
    hanoi = gazetteer.describe(P(21.03, 105.85), NOON).city
    said = [hanoi.name_in(x) for x in ("zh_Hans", "zh_Hant", "ja", "ko", "en")]
    assert said == ["河内", "河內", "ハノイ", "하노이", "Hanoi"]
    fresno = gazetteer.describe(P(36.75, -119.77), NOON).city
    assert {fresno.name_in(x) for x in ("zh_Hans", "ja", "en", "th")} == {"Fresno"}


def test_japanese_readers_are_given_han_names_of_chinese_cities_koreans_latin(gazetteer):
    yichang = gazetteer.describe(P(30.714, 111.285), NOON).city
    assert [yichang.name_in(x) for x in ("zh_Hans", "ja", "ko")] == ["宜昌", "宜昌", "Yichang"]


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
    first = gazetteer.search(text)[0]
    assert (first.city.name, first.country) == city


@pytest.mark.parametrize(
    "text", ["", "hotel", "我在酒店", "same here, best regards", "???", "이 호텔", "x" * 10_000]
)
def test_no_city_is_made_up(gazetteer, text):
    assert gazetteer.search(text) == []


def test_homonyms_are_all_offered_the_likeliest_first(gazetteer):
    found = gazetteer.search("Paris")
    assert [c.country for c in found] == ["FR", "US"]
    assert [c.country for c in gazetteer.search("Paris, United States")] == ["US"]


def test_candidates_are_labelled_in_the_readers_language_and_are_rough(gazetteer):
    found = gazetteer.search("Hanoi", "zh_Hans")[0]
    assert found.label == "河内"
    assert found.accuracy_m >= 10_000


def test_the_emergency_centre_is_asked_only_inside_the_border(gazetteer):
    assert gazetteer.emergency_centre(P(22.55, 114.07)).centre.city == "深圳"
    assert gazetteer.emergency_centre(P(22.30, 114.17)) is None


def test_a_pin_from_wechat_is_read_by_the_border(gazetteer):
    raw = geo.RawPoint(39.91012547567846, 116.40363255334069, geo.Datum.GCJ02)
    reading = gazetteer.to_wgs84(raw, datum.HkMacauDatum.AMBIGUOUS)
    assert geodesic((reading.point.lat, reading.point.lon), (39.908722, 116.397389)).meters < 0.001
