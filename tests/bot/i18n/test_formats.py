"""Values as people say them: numbers, distances, lengths of time, moments with their place, lists."""

from datetime import UTC, datetime

import pytest

from backoffice.kernel.messages import Distance, Labelled, Listing, Param, Span, Term, When
from bot.i18n.catalogues import LOCALES, Catalogues

SPEECH = Catalogues(strict=True)
AT = datetime(2026, 11, 20, 17, 20, tzinfo=UTC)


def said(value: Param, locale: str) -> str:
    return SPEECH.sentence("relay.text", {"text": value}, locale, "UTC")


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "10 米"), (4, "10 米"), (87, "90 米"), (199, "200 米"), (226, "250 米"), (974, "950 米"), (976, "1 公里"),
        (2000, "2 公里"), (2124, "2.1 公里"), (9949, "9.9 公里"), (9951, "10 公里"), (36_520, "37 公里"),
        (1_234_567, "1,235 公里"),
    ],
)  # fmt: skip
def test_distances_are_rounded_as_people_round_them(metres: float, words: str) -> None:
    assert said(Distance(metres), "zh_Hans") == words


@pytest.mark.parametrize(
    ("bearing", "words"),
    [
        (0, "以北"), (45, "东北方向"), (90, "以东"), (135, "东南方向"), (180, "以南"), (225, "西南方向"),
        (270, "以西"), (315, "西北方向"), (359, "以北"), (23, "东北方向"),
    ],
)  # fmt: skip
def test_eight_directions(bearing: float, words: str) -> None:
    assert said(Distance(2000, bearing), "zh_Hans") == f"{words} 2 公里"


def test_directions_in_every_language() -> None:
    words = {tag: said(Distance(2000, 90), tag) for tag in LOCALES}
    assert words == {
        "zh_Hans": "以东 2 公里",
        "zh_Hant": "以東 2 公里",
        "en": "2 km east",
        "ja": "東2km",
        "ko": "동쪽 2km",
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "10 seconds"), (0, "10 seconds"), (11, "20 seconds"), (50, "50 seconds"), (51, "1 minute"),
        (60, "1 minute"), (61, "2 minutes"), (1033, "18 minutes"), (3540, "59 minutes"), (3541, "1 hour"),
        (3601, "1 hour 5 minutes"), (7200, "2 hours"), (86_100, "23 hours 55 minutes"), (86_101, "1 day"),
        (90_000, "1 day 1 hour"), (200_000, "2 days 8 hours"),
    ],
)  # fmt: skip
def test_lengths_of_time_are_rounded_up(seconds: float, words: str) -> None:
    assert said(Span(seconds), "en") == words


def test_eighteen_minutes_in_every_language() -> None:
    words = [said(Span(1033), tag) for tag in LOCALES]
    assert words == ["18 分钟", "18 分鐘", "18 minutes", "18分", "18분"]


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("Asia/Bangkok", "zh_Hans", "曼谷时间 00:20 前"),
        ("Asia/Shanghai", "zh_Hans", "北京时间 01:20 前"),
        ("Asia/Urumqi", "zh_Hans", "北京时间"),
        ("Asia/Ho_Chi_Minh", "zh_Hans", "胡志明市时间 00:20 前"),
        ("Asia/Kolkata", "en", "before 22:50 Kolkata time"),
        ("America/Argentina/Buenos_Aires", "zh_Hans", "布宜诺斯艾利斯时间 14:20 前"),
        ("Europe/Paris", "ja", "パリ時間18:20まで"),
        ("Asia/Seoul", "ko", "서울 시간 02:20 전에"),
        ("Asia/Taipei", "zh_Hant", "台北時間 01:20 前"),
        ("Etc/GMT-7", "zh_Hans", "UTC+7 时间 00:20 前"),
        ("Etc/GMT+2", "en", "before 15:20 UTC−2 time"),
        ("UTC", "en", "before 17:20 UTC time"),
        ("Nowhere/Atlantis", "en", "before 17:20 Atlantis time"),
        ("../etc/passwd", "en", "before 17:20"),
    ],
)
def test_a_time_is_said_with_its_place(zone: str, locale: str, words: str) -> None:
    assert words in SPEECH.sentence("case.next_word", {"when": When(AT, zone)}, locale, "UTC")


def test_a_moment_without_a_zone_of_its_own_is_said_in_the_readers() -> None:
    said_ = SPEECH.sentence("case.next_word", {"when": When(AT, "")}, "en", "Asia/Tokyo")
    assert "02:20 Tokyo time" in said_


def test_a_moment_in_full_has_its_day() -> None:
    """The day is the day there, not the day in UTC."""
    assert said(When(AT, "Asia/Bangkok"), "zh_Hans") == "曼谷时间 11月21日周六 00:20"
    assert said(When(AT, "Asia/Bangkok"), "en") == "Sat, Nov 21, 00:20 Bangkok time"


def test_lists_are_joined_by_the_languages_own_sign() -> None:
    numbers = Listing((Labelled("service.ambulance", "1669"), Labelled("service.police", "191"), "199"))
    words = {tag: said(numbers, tag) for tag in LOCALES}
    assert words["zh_Hans"] == "急救 1669、报警 191、199"
    assert words["zh_Hant"] == "救護車 1669、報警 191、199"
    assert words["en"] == "ambulance 1669, police 191, 199"
    assert words["ja"] == "救急 1669、警察 191、199"
    assert words["ko"] == "구급차 1669, 경찰 191, 199"


@pytest.mark.parametrize(("items", "words"), [((), ""), (("112",), "112"), (("1", "2"), "1、2")])
def test_short_lists(items: tuple[Param, ...], words: str) -> None:
    assert said(Listing(items), "zh_Hans") == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("zh", "中文"),
        ("th", "泰语"),
        ("vi", "越南语"),
        ("yue", "粤语"),
        ("pt-BR", "巴西葡萄牙语"),
        ("sw", "斯瓦希里语"),
        ("tlh-x", "tlh-x"),
    ],
)
def test_languages_are_named_and_unknown_ones_stay_as_written(code: str, words: str) -> None:
    assert said(Term(f"language.{code}"), "zh_Hans") == words


@pytest.mark.parametrize(("value", "words"), [(40.0, "40"), (2.5, "2.5"), (1234, "1,234"), (0.333, "0.33")])
def test_numbers(value: float, words: str) -> None:
    assert said(value, "en") == words


def test_chinese_sets_latin_names_apart() -> None:
    params: dict[str, Param] = {"name": "Minh"}
    assert SPEECH.sentence("sos.envoy_on_way", params, "zh_Hans", "UTC").startswith("星使 Minh 已出发")
    params = {"name": "陈静"}
    assert SPEECH.sentence("sos.envoy_on_way", params, "zh_Hans", "UTC").startswith("星使陈静已出发")


def test_code_words_carry_the_english_word_so_that_two_languages_can_be_compared() -> None:
    for tag in LOCALES:
        assert "camellia" in said(Term("code_word.camellia"), tag)


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_a_time_before_a_stop_leaves_no_gap_and_before_a_word_it_does(locale: str) -> None:
    """The blank between digits and Han belongs to the seam, not to the time."""
    at = When(datetime(2026, 1, 1, 12, tzinfo=UTC), "Asia/Bangkok")
    kept = SPEECH.sentence("envoy.hours_kept", {"now": at}, locale, "Asia/Bangkok")
    assert kept.endswith("19:00。")
    known = SPEECH.sentence("offer.order_willing", {"when": at}, locale, "Asia/Bangkok")
    assert "19:00 前" in known
