"""Every word envoys and applicants are told to type is understood, in the language it is told in."""

from datetime import timedelta

import pytest

from bot.conversations import envoy_day, words
from bot.i18n import book
from bot.i18n.catalogues import LOCALES

TOLD = {
    "zh_Hans": {
        "enrol": "我要做星使", "link": "绑定", "my_day": "我的一天", "duty_hours": "值班时间",
        "envoy_break": "小休", "complain": "投诉",
    },
    "zh_Hant": {
        "enrol": "我要做星使", "link": "綁定", "my_day": "我的一天", "duty_hours": "值班時間",
        "envoy_break": "小休", "complain": "投訴",
    },
    "en": {
        "enrol": "BECOME AN ENVOY", "link": "LINK", "my_day": "MY DAY", "duty_hours": "DUTY HOURS",
        "envoy_break": "BREAK", "complain": "COMPLAIN",
    },
    "ja": {
        "enrol": "星使になりたい", "link": "連携", "my_day": "私の一日", "duty_hours": "勤務時間",
        "envoy_break": "休憩", "complain": "苦情",
    },
    "ko": {
        "enrol": "성사 지원", "link": "계정 연결", "my_day": "나의 하루", "duty_hours": "근무 시간",
        "envoy_break": "휴식", "complain": "불만 신고",
    },
}  # fmt: skip
RENEW = {
    "zh_Hans": "更新证件",
    "zh_Hant": "更新證件",
    "en": "RENEW DOCUMENT",
    "ja": "書類の更新",
    "ko": "서류 갱신",
}


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize("command", ["enrol", "link", "my_day", "duty_hours", "envoy_break", "complain"])
def test_what_people_are_told_to_type_is_understood(tag: str, command: str) -> None:
    entries = book.read(tag).entries
    told = "".join(p.text for key in ("menu.help_more", "envoy.help") for p in entries[key][0].pieces)
    assert TOLD[tag][command] in told
    assert words.command_named(TOLD[tag][command]) == command


@pytest.mark.parametrize("tag", LOCALES)
def test_the_word_that_renews_a_document_is_understood(tag: str) -> None:
    entries = book.read(tag).entries
    for key in ("enrol.document_soon", "enrol.document_over", "envoy.papers_over"):
        assert RENEW[tag] in "".join(p.text for p in entries[key][0].pieces)
    assert words.command_named(RENEW[tag]) == "enrol"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("40", 40),
        ("40分钟", 40),
        ("45 minutes", 45),
        ("1.5 hours", 90),
        ("2小时", 120),
        ("30分", 30),
        ("0", None),
        ("晚点", None),
    ],
)
def test_the_length_of_a_break_is_read(typed: str, minutes: int | None) -> None:
    assert envoy_day.break_length(typed) == (timedelta(minutes=minutes) if minutes else None)
