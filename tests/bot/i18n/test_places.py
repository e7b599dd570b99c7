"""A place as one says it over the telephone: country, city, how far and which way from its centre."""

import pytest

from backoffice.kernel.messages import Distance, PlaceWords
from bot.i18n.catalogues import LOCALES, Catalogues

SPEECH = Catalogues(strict=True)
BANGKOK = {"": "Bangkok", "zh_Hans": "曼谷", "zh_Hant": "曼谷", "ja": "バンコク", "ko": "방콕"}


def said(place: PlaceWords, locale: str) -> str:
    return SPEECH.sentence("relay.text", {"text": place}, locale, "UTC")


def test_a_place_in_every_language() -> None:
    place = PlaceWords("TH", BANGKOK, Distance(2004, 93))
    assert {tag: said(place, tag) for tag in LOCALES} == {
        "zh_Hans": "泰国曼谷市中心以东约 2 公里",
        "zh_Hant": "泰國曼谷市中心以東約 2 公里",
        "en": "Bangkok, Thailand, about 2 km east of the centre",
        "ja": "タイ・バンコク中心部の東約2km",
        "ko": "태국 방콕 중심에서 동쪽으로 약 2km",
    }


def test_a_city_without_a_name_in_the_readers_script_keeps_its_latin_one() -> None:
    place = PlaceWords("TH", {"": "Klaeng"}, Distance(36_520, 48))
    assert said(place, "zh_Hans") == "泰国 Klaeng 市中心东北方向约 37 公里"
    assert said(place, "ko") == "태국 Klaeng 중심에서 북동쪽으로 약 37km"


@pytest.mark.parametrize(
    ("names", "locale", "city"),
    [
        ({"": "Hanoi", "zh_Hans": "河内"}, "zh_Hant", "河内"),
        ({"": "Hanoi", "zh_Hant": "河內"}, "zh_Hans", "河內"),
        ({"": "Hanoi", "zh_Hans": "河内"}, "ja", "Hanoi"),
    ],
)
def test_a_han_name_serves_both_chinese_scripts_and_nobody_else(
    names: dict[str, str], locale: str, city: str
) -> None:
    assert city in said(PlaceWords("VN", names), locale)


def test_in_the_very_centre_no_direction_is_said() -> None:
    assert said(PlaceWords("TH", BANGKOK, Distance(120, 93)), "zh_Hans") == "泰国曼谷市中心"
    assert said(PlaceWords("TH", BANGKOK, Distance(120, 93)), "en") == "Bangkok, Thailand, in the centre"


def test_without_a_distance_only_country_and_city() -> None:
    assert said(PlaceWords("TH", BANGKOK), "en") == "Bangkok, Thailand"


def test_without_a_city_only_the_country() -> None:
    assert said(PlaceWords("MN", {}), "zh_Hans") == "蒙古"


def test_at_sea_the_nearest_city_or_just_the_sea() -> None:
    off = PlaceWords("", {"": "Touros"}, Distance(836_000, 93))
    assert said(off, "zh_Hans") == "海上，Touros 以东约 836 公里"
    assert said(off, "en") == "at sea, about 836 km east of Touros"
    assert {said(PlaceWords("", {}), tag) for tag in LOCALES} == {"海上", "at sea", "해상"}


@pytest.mark.parametrize(
    ("country", "names", "words"),
    [
        ("SG", {"": "Singapore", "zh_Hans": "新加坡"}, "新加坡市中心以东约 2 公里"),
        ("HK", {"": "Hong Kong", "zh_Hans": "香港"}, "香港市中心以东约 2 公里"),
        ("MO", {"": "Macau", "zh_Hans": "澳门"}, "澳门市中心以东约 2 公里"),
        ("MX", {"": "Mexico City", "zh_Hans": "墨西哥城"}, "墨西哥城市中心以东约 2 公里"),
        ("CN", {"": "Beijing", "zh_Hans": "北京"}, "中国北京市中心以东约 2 公里"),
    ],
)
def test_city_states_are_named_once(country: str, names: dict[str, str], words: str) -> None:
    assert said(PlaceWords(country, names, Distance(2004, 93)), "zh_Hans") == words


def test_a_country_code_nobody_knows_is_no_error() -> None:
    assert said(PlaceWords("XQ", {}), "en") == "XQ"
