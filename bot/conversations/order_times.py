"""Dates, times and lengths typed in five languages; what is read is always shown and confirmed with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from backoffice.kernel import text as reading
from bot.conversations import order_weekdays

_DAYS: Final[Mapping[int, str]] = {
    2: "后天|明後日|明后日|あさって|day after tomorrow|모레",
    1: "明天|明日|明早|明晚|あした|あす|tomorrow|내일",
    0: "今天|今日|今晚|今早|きょう|today|tonight|오늘",
}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL: Final = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日号號일]?")
_MONTH_DAY: Final = re.compile(r"(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?")
_SLASHED: Final = re.compile(r"(?<![\d:])(\d{1,2})[/.](\d{1,2})(?![\d:/.])")
_NAMED: Final = re.compile(rf"(?:(\d{{1,2}})\s+)?\b({'|'.join(_MONTHS)})[a-z]*\.?(?:\s+(\d{{1,2}})\b(?!:))?")
_CLOCK: Final = re.compile(r"(\d{1,2})\s*(?::|點|点|時|时|시|h)\s*(?:(\d{1,2})\s*[分분]?|(半|반))?(?!\d)")
_HOUR: Final = re.compile(r"(?<![\d:])(\d{1,2})\s*(?=a\.?m|p\.?m)|^(\d{1,2})$")
_LATE: Final = re.compile(r"下午|晚|傍晚|夜|午後|午后|오후|저녁|밤|\bp\.?m|(?<=\d)p\.?m|tonight")
_EARLY: Final = re.compile(r"上午|早|凌晨|午前|朝|오전|아침|새벽|\ba\.?m|(?<=\d)a\.?m")
_NOON: Final = re.compile(r"中午|正午|noon|정오")
_HAN_HOUR: Final = re.compile(r"(?:十[一二]?|[一二两三四五六七八九])(?=\s*[点時时])")


@dataclass(frozen=True, slots=True)
class Read:
    """What was understood: a day, a time of day, or both; local to the place of the service.

    `weekly`: the next such weekday, which may be today or, when the time has passed, a week from now.
    """

    day: date | None
    time: time | None
    weekly: bool = False


def read(typed: str, today: date) -> Read | None:
    """ "明天下午3点", "2026-03-02 14:30", "3/2 9:00", "tomorrow 3pm", "下周三", "14"; None for neither."""
    said = _HAN_HOUR.sub(_in_digits, reading.simplified(reading.fold(typed)))
    day, rest = _day(said, today)
    named = None if day else order_weekdays.find(said, today)
    if named:
        day, rest = named[0], said.replace(named[2], " ", 1)
    moment = _time(rest)
    return Read(day, moment, bool(named and named[1])) if day or moment else None


def _in_digits(hour: re.Match[str]) -> str:
    """十二点 is 12点."""
    ten, one = hour.group().startswith("十"), hour.group()[-1]
    return str((10 if ten else 0) + (0 if one == "十" else int(_NUMBER[one])))


def _day(said: str, today: date) -> tuple[date | None, str]:
    for ahead, words in _DAYS.items():
        if found := re.search(words, said):
            return today + timedelta(days=ahead), said[: found.start()] + _kept(found.group()) + said[
                found.end() :
            ]
    for pattern, order in ((_FULL, (1, 2, 3)), (_MONTH_DAY, (0, 1, 2)), (_SLASHED, (0, 1, 2))):
        if found := pattern.search(said):
            year, month, day = (int(found[i]) if i else 0 for i in order)
            return _valid(year, month, day, today), said.replace(found.group(), " ", 1)
    if (found := _NAMED.search(said)) and (number := found[1] or found[3]):
        month = _MONTHS.index(found[2]) + 1
        return _valid(0, month, int(number), today), said.replace(found.group(), " ", 1)
    return None, said


def _kept(word: str) -> str:
    """今晚 and tonight say the half of the day too."""
    return " 晚" if word in ("今晚", "明晚", "tonight") else " 早" if word in ("今早", "明早") else " "


def _valid(year: int, month: int, day: int, today: date) -> date | None:
    """The next such day; 25/3 can only be the 25th of March."""
    if month > 12 >= day:
        month, day = day, month
    try:
        found = date(year or today.year, month, day)
        return date(today.year + 1, month, day) if not year and found < today else found
    except ValueError:
        return None


def _time(said: str) -> time | None:
    if found := _CLOCK.search(said):
        minute = 30 if found[3] else int(found[2] or 0)
        return _clock(int(found[1]), minute, said)
    if found := _HOUR.search(said.strip()):
        return _clock(int(found[1] or found[2]), 0, said)
    return time(12, 0) if _NOON.search(said) else None


def _clock(hour: int, minute: int, said: str) -> time | None:
    if hour < 12 and (_LATE.search(said) or (_NOON.search(said) and hour < 6)):
        hour += 12
    if hour == 12 and _EARLY.search(said):
        hour = 0
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None


def moment(found: Read, now: datetime) -> datetime | None:
    """The aware moment in the zone of `now`; a time alone is the next such time; None for a day alone."""
    if found.time is None:
        return None
    day = found.day or now.date()
    passed = day == now.date() and found.time <= now.time()
    if passed and (found.weekly or found.day is None):
        day += timedelta(days=7 if found.weekly else 1)
    return datetime.combine(day, found.time, now.tzinfo)


_SOONEST: Final = """尽快 越快越好 现在 马上 立刻 现在就要 asap now right_now immediately at_once as_soon_as_possible
    できるだけ早く なるべく早く 今すぐ すぐに すぐ 今 가능한_한_빨리 최대한_빨리 지금 지금_바로 바로"""


@cache
def _soonest() -> frozenset[str]:
    return frozenset(_whole(words.replace("_", " ")) for words in _SOONEST.split())


def _whole(typed: str) -> str:
    return reading.simplified(reading.bare(typed))


def soonest(typed: str) -> bool:
    """Nothing but "as soon as possible", as it stands on the button or as people say it."""
    return _whole(typed) in _soonest()


_NUMBER: Final[Mapping[str, str]] = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "两": "2", "十": "10", "한": "1", "두": "2", "세": "3", "네": "4",
}  # fmt: skip
_HOURS: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:个)?(半)?\s*(?:小时|钟头|時間|时间|시간|hours?|hrs?|h\b)\s*(?:(半|반)|(\d+)\s*(?:分|분|min))?"
)
_MINUTES: Final = re.compile(r"(\d+)\s*(?:分钟|分鐘|分|분|minutes?|mins?)")
_PARTS: Final[Mapping[str, int]] = {
    "半天": 240, "半日": 240, "half a day": 240, "half day": 240, "반나절": 240,
    "1天": 480, "1日": 480, "a day": 480, "full day": 480, "하루": 480, "整天": 480, "全天": 480,
}  # fmt: skip
_HALF_HOUR: Final = re.compile(r"^(?:半个?(?:小时|钟头)|half an hour|30分間?)$")


def length(typed: str) -> int | None:
    """Minutes: "3 小时", "两个半小时", "90 min", "半天", a bare number as hours; None for anything else."""
    said = reading.simplified(reading.fold(typed))
    said = "".join(_NUMBER.get(c, c) for c in said)
    for words, minutes in _PARTS.items():
        if words in said:
            return minutes
    if _HALF_HOUR.search(said):
        return 30
    if found := _HOURS.search(said):
        more = 30 if found[2] or found[3] else int(found[4] or 0)
        return round(float(found[1]) * 60) + more
    if found := _MINUTES.search(said):
        return int(found[1])
    return int(said) * 60 if said.isdigit() and len(said) <= 2 else None
