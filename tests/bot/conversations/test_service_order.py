"""What is typed while ordering: days, times, lengths, languages and code words in five languages."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from backoffice.dispatch.code_words import CODE_WORDS
from bot.conversations import order_languages, order_times, order_words, words
from bot.conversations.order_times import Read
from bot.i18n.catalogues import LOCALES, Catalogues

TODAY = date(2026, 3, 1)
TOMORROW = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("明天下午3点", TOMORROW, time(15)),
        ("后天上午十点半", date(2026, 3, 3), time(10, 30)),
        ("後天下午兩點", date(2026, 3, 3), time(14)),
        ("今晚8点", TODAY, time(20)),
        ("3月2日下午2点半", TOMORROW, time(14, 30)),
        ("2026-03-02 14:30", TOMORROW, time(14, 30)),
        ("2026年3月5日 8:15", date(2026, 3, 5), time(8, 15)),
        ("3/2 9:00", TOMORROW, time(9)),
        ("25/3 9:00", date(2026, 3, 25), time(9)),
        ("1/15 9:00", date(2027, 1, 15), time(9)),
        ("tomorrow 3pm", TOMORROW, time(15)),
        ("day after tomorrow at 9:30", date(2026, 3, 3), time(9, 30)),
        ("5 March 10:00", date(2026, 3, 5), time(10)),
        ("March 5 2:30 pm", date(2026, 3, 5), time(14, 30)),
        ("noon tomorrow", TOMORROW, time(12)),
        ("明日午後2時半", TOMORROW, time(14, 30)),
        ("あさって 9時", date(2026, 3, 3), time(9)),
        ("내일 오후 3시", TOMORROW, time(15)),
        ("3월 2일 10시 30분", TOMORROW, time(10, 30)),
        ("14", None, time(14)),
        ("14：30", None, time(14, 30)),
        ("12am", None, time(0)),
        ("明天", TOMORROW, None),
    ],
)
def test_common_ways_to_write_a_time_are_read(typed: str, day: date | None, at: time | None) -> None:
    assert order_times.read(typed, TODAY) == Read(day, at)


WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("下周三下午三点", date(2026, 3, 11), time(15)),
        ("下個禮拜三下午三點", date(2026, 3, 11), time(15)),
        ("這週五 9:00", date(2026, 3, 6), time(9)),
        ("周日上午十点", date(2026, 3, 8), time(10)),
        ("星期天 10点", date(2026, 3, 8), time(10)),
        ("下下周一 8:30", date(2026, 3, 16), time(8, 30)),
        ("三天后下午两点", date(2026, 3, 7), time(14)),
        ("next Wed 3pm", date(2026, 3, 11), time(15)),
        ("this Friday at 9:30", date(2026, 3, 6), time(9, 30)),
        ("on Thursday 18:00", date(2026, 3, 5), time(18)),
        ("Tues 10am", date(2026, 3, 10), time(10)),
        ("in 2 days at 9:00", date(2026, 3, 6), time(9)),
        ("来週の水曜日 午後3時", date(2026, 3, 11), time(15)),
        ("次の金曜 9時", date(2026, 3, 6), time(9)),
        ("다음 주 수요일 오후 3시", date(2026, 3, 11), time(15)),
        ("금요일 10시 30분", date(2026, 3, 6), time(10, 30)),
        ("2일 후 9시", date(2026, 3, 6), time(9)),
        ("下周三", date(2026, 3, 11), None),
    ],
)
def test_weekdays_are_read_from_a_wednesday(typed: str, day: date, at: time | None) -> None:
    """Weeks begin on Monday; a bare weekday is the next such day."""
    found = order_times.read(typed, WEDNESDAY)
    assert found is not None
    assert (found.day, found.time) == (day, at)


def test_todays_weekday_is_today_until_its_time_has_passed() -> None:
    here = datetime(2026, 3, 4, 5, tzinfo=UTC).astimezone(ZoneInfo("Asia/Bangkok"))
    for typed, day in (("周三 15:00", 4), ("周三 9:00", 11), ("Wednesday 9am", 11)):
        found = order_times.read(typed, here.date())
        assert found is not None
        start = order_times.moment(found, here)
        assert start is not None
        assert start.day == day


@pytest.mark.parametrize("typed", ["", "hello", "3月40日", "越快越好", "25:99"])
def test_what_is_no_time_is_not_taken_for_one(typed: str) -> None:
    assert order_times.read(typed, TODAY) is None


def test_a_time_alone_is_the_next_such_time_at_the_place() -> None:
    here = datetime(2026, 3, 1, 6, tzinfo=UTC).astimezone(ZoneInfo("Asia/Bangkok"))
    assert order_times.moment(Read(None, time(14, 30)), here) == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert order_times.moment(Read(None, time(9)), here) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert order_times.moment(Read(TOMORROW, None), here) is None


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("3 小时", 180), ("两个半小时", 150), ("90 min", 90), ("半天", 240), ("3", 180), ("2.5 hours", 150),
        ("2小时30分", 150), ("3시간", 180), ("2時間", 120), ("半小时", 30), ("一天", 480), ("half a day", 240),
    ],
)  # fmt: skip
def test_lengths_are_read(typed: str, minutes: int) -> None:
    assert order_times.length(typed) == minutes


@pytest.mark.parametrize("typed", ["", "很久", "100", "soon"])
def test_what_is_no_length_is_asked_again(typed: str) -> None:
    assert order_times.length(typed) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("word", CODE_WORDS)
def test_every_code_word_is_understood_as_each_catalogue_shows_it(word: str, locale: str) -> None:
    """The two who meet may read different languages; what one screen shows the other may type."""
    shown = SPEECH.sentence(f"code_word.{word}", {}, locale, "UTC")
    assert order_words.code_word(shown) == word
    assert order_words.code_word(shown.partition("（")[0].partition("(")[0]) == word


SPEECH = Catalogues()


@pytest.mark.parametrize("typed", ["他说他叫山茶，是真的吗", "I am at the river near the bridge", "在哪儿？"])
def test_talk_is_no_attempt_at_the_code_word(typed: str) -> None:
    assert order_words.attempt(typed) is None


def test_a_single_unknown_word_is_an_attempt_that_fails() -> None:
    assert order_words.attempt("苹果") == ""


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("泰语", "th"),
        ("泰文", "th"),
        ("Thai", "th"),
        ("タイ語", "th"),
        ("베트남어", "vi"),
        ("西班牙語", "es"),
    ],
)
def test_a_language_is_known_by_its_name_in_any_of_the_five(typed: str, code: str) -> None:
    assert order_languages.named(typed) == code


def test_the_likely_languages_of_a_place_are_offered_first() -> None:
    assert order_languages.likely("TH", "zh_Hans") == ("zh", "th", "en")
    assert order_languages.likely("", "en") == ("en", "zh")


@pytest.mark.parametrize(
    "typed", ["找星使", "订服务", "訂服務", "order an envoy", "/order", "注文", "주문", "我的订单"]
)
def test_ordering_begins_with_a_word(typed: str) -> None:
    assert words.command_named(typed) == "order"


def test_as_soon_as_possible_may_be_typed_as_it_stands_on_the_button() -> None:
    """In each language; a time of day is none of it."""
    speech = Catalogues(strict=True)
    for locale in LOCALES:
        assert order_times.soonest(speech.sentence("button.order_now", {}, locale, "UTC")), locale
    assert order_times.soonest("ASAP!")
    assert not any(order_times.soonest(said) for said in ("now and tomorrow", "14:30", "明天", ""))
