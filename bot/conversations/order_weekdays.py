"""Days named from today: "next Wed", "周五", "3 天后". Weeks begin on Monday; the date is confirmed afterwards."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

NEXT_SUCH: Final = -1
"""Not a week but the next such day, today included."""
_WEEKS: Final[Mapping[str, int]] = {
    "这": 0, "这个": 0, "本": 0, "下": 1, "下个": 1, "下下": 2, "下下个": 2,
    "this": 0, "next": 1,
    "今周": 0, "来周": 1, "再来周": 2,
    "이번": 0, "다음": 1, "다다음": 2,
}  # fmt: skip
"""The word before a weekday -> how many calendar weeks ahead."""
_DAYS: Final = ("一월月mon", "二화火tue", "三수水wed", "四목木thu", "五금金fri", "六토土sat", "日일天sun")
"""What each weekday is written with in the five languages."""
_WEEKDAYS: Final = (
    re.compile(r"(?P<week>下下个?|下个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"),
    re.compile(
        r"\b(?:(?P<week>this|next)\s+|(?:on|coming)\s+)?"
        r"(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:s|rs|r|day|sday|nesday|rsday|urday)?\b\.?"
    ),
    re.compile(r"(?:(?P<week>今周|来周|再来周)の?|次の)?(?P<day>[月火水木金土日])曜日?"),
    re.compile(r"(?:(?P<week>이번|다음|다다음)\s*주\s*)?(?P<day>[월화수목금토일])요일"),
)
_NUMBERS: Final = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_AHEAD: Final = re.compile(
    r"(?P<n>\d{1,2}|[一二两三四五六七八九十])\s*(?:天[之以]?后|日后|일\s*(?:뒤|후))|\bin (?P<m>\d{1,2}) days?\b"
)


def find(said: str, today: date) -> tuple[date, bool, str] | None:
    """The day, whether a week later may be meant as well (a bare weekday), and the words that named it.

    `said` is folded and in simplified script. None without such a day.
    """
    if found := _AHEAD.search(said):
        number = found["n"] or found["m"]
        days = int(number) if number.isdigit() else _NUMBERS[number]
        return today + timedelta(days=days), False, found.group()
    for pattern in _WEEKDAYS:
        if found := pattern.search(said):
            return *_weekday(found["day"], _WEEKS.get(found["week"] or "", NEXT_SUCH), today), found.group()
    return None


def _weekday(day: str, week: int, today: date) -> tuple[date, bool]:
    index = next(n for n, written in enumerate(_DAYS) if day in written)
    if week == NEXT_SUCH:
        return today + timedelta(days=(index - today.weekday()) % 7), True
    return today + timedelta(days=index - today.weekday() + 7 * week), False
