"""Weekly duty hours: read from typed words, and when they next switch; wall clock of the envoy's own zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backoffice.kernel import text as reading

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """One weekly stretch: `weekday` 0 = Monday, minutes since its midnight; an `end` up to `start` is next day's."""

    weekday: int
    start: int
    end: int

    @property
    def length(self) -> int:
        return (self.end - self.start) % DAY or DAY


Week = tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """When duty next begins (`on`) or ends."""

    at: datetime
    on: bool


def on_at(week: Week, zone: str, moment: datetime) -> bool:
    """Whether the hours say that the envoy works at this moment."""
    return any(start <= moment < end for start, end in _stretches(week, zone, moment))


def next_switch(week: Week, zone: str, moment: datetime) -> Switch | None:
    """The next change after `moment`; None when there are no hours, or they never end."""
    edges = {edge for pair in _stretches(week, zone, moment) for edge in pair if edge > moment}
    for edge in sorted(edges):
        on = on_at(week, zone, edge)
        if on != on_at(week, zone, edge - timedelta(seconds=1)):
            return Switch(edge, on)
    return None


def _stretches(week: Week, zone: str, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch from yesterday to nine days ahead, as UTC."""
    first = moment.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    for ahead in range(10):
        day = first + timedelta(days=ahead)
        for shift in week:
            if shift.weekday == day.weekday():
                yield _utc(day, shift.start, zone), _utc(day, shift.start + shift.length, zone)


def _utc(day: date, minutes: int, zone: str) -> datetime:
    """A wall clock's time, so that hours keep their meaning when clocks change."""
    days, rest = divmod(minutes, DAY)
    clock = time(rest // 60, rest % 60)
    return datetime.combine(day + timedelta(days=days), clock, ZoneInfo(zone)).astimezone(UTC)


_DAYS = {
    0: "周一 星期一 礼拜一 一 mon monday 月 月曜 月曜日 월 월요일",
    1: "周二 星期二 礼拜二 二 tue tues tuesday 火 火曜 火曜日 화 화요일",
    2: "周三 星期三 礼拜三 三 wed wednesday 水 水曜 水曜日 수 수요일",
    3: "周四 星期四 礼拜四 四 thu thur thurs thursday 木 木曜 木曜日 목 목요일",
    4: "周五 星期五 礼拜五 五 fri friday 金 金曜 金曜日 금 금요일",
    5: "周六 星期六 礼拜六 六 sat saturday 土 土曜 土曜日 토 토요일",
    6: "周日 周天 星期日 星期天 礼拜天 礼拜日 日 天 sun sunday 日曜 日曜日 일 일요일",
}
_GROUPS = {
    (0, 1, 2, 3, 4, 5, 6): "每天 天天 每日 daily everyday 毎日 매일 all",
    (0, 1, 2, 3, 4): "工作日 平日 weekdays weekday 평일",
    (5, 6): "周末 週末 weekend weekends 주말",
}
_DAY_OF = {reading.simplified(word): day for day, words in _DAYS.items() for word in words.split()}
_GROUP_OF = {reading.simplified(word): days for days, words in _GROUPS.items() for word in words.split()}
_ANY = "|".join(sorted(map(re.escape, _DAY_OF), key=len, reverse=True))
_WORD = re.compile(
    rf"(?P<group>{'|'.join(sorted(map(re.escape, _GROUP_OF), key=len, reverse=True))})"
    rf"|(?P<first>{_ANY})(?:\s*(?P<to>-|~|至|到|to|から|부터)\s*(?P<last>{_ANY}))?"
)
_CLOCK = r"(\d{1,2})(?:[:.点时時시](\d{2})?)?(?:分|분)?"
_HOURS = re.compile(rf"{_CLOCK}\s*(?:-|~|至|到|to|から|부터)\s*{_CLOCK}")
_AROUND_THE_CLOCK = re.compile(r"24\s*(?:小时|小時|h|hours|時間|시간)|全天|終日|종일")


def read(words: str) -> Week | None:
    """The hours somebody typed ("周一至周五 9:00-18:00；周六 10-14", "mon-fri 9-17"); None when unclear.

    A line without days counts for every day.
    """
    folded = reading.simplified(reading.fold(words)).replace("－", "-").replace("–", "-").replace("—", "-")
    shifts: list[Shift] = []
    for line in re.split(r"[;\n]", folded):
        if line.strip():
            found = _line(line)
            if not found:
                return None
            shifts += found
    return tuple(sorted(set(shifts), key=lambda s: (s.weekday, s.start))) or None


def _line(line: str) -> list[Shift]:
    spans = _spans(line)
    named = _HOURS.sub(" ", _AROUND_THE_CLOCK.sub(" ", line))
    days = _days(named)
    left = _WORD.sub(" ", named)
    if not spans or re.search(r"[^\s,.:和与及&\-~]", left.replace("and", " ")):
        return []
    return [Shift(day, *span) for day in (days or range(7)) for span in spans]


def _spans(line: str) -> list[tuple[int, int]]:
    if _AROUND_THE_CLOCK.search(line):
        return [(0, 0)]
    found = [_span(match) for match in _HOURS.finditer(line)]
    return [] if None in found else [span for span in found if span]


def _span(match: re.Match[str]) -> tuple[int, int] | None:
    start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if start is None or end is None or start == DAY:
        return None
    return start, end % DAY


def _minutes(hour: str, minute: str | None) -> int | None:
    total = int(hour) * 60 + int(minute or 0)
    return total if total <= DAY and int(minute or 0) < 60 else None


def _days(line: str) -> list[int]:
    found: set[int] = set()
    for match in _WORD.finditer(line):
        if match["group"]:
            found |= set(_GROUP_OF[match["group"]])
        else:
            found |= set(_range(_DAY_OF[match["first"]], match["last"]))
    return sorted(found)


def _range(first: int, last: str | None) -> list[int]:
    if last is None:
        return [first]
    return [(first + ahead) % 7 for ahead in range((_DAY_OF[last] - first) % 7 + 1)]


def lines(week: Week) -> list[tuple[list[int], int, int]]:
    """The hours for reading: weekdays that share a stretch together, in the order of the week."""
    days: dict[tuple[int, int], list[int]] = {}
    for shift in week:
        days.setdefault((shift.start, shift.end), []).append(shift.weekday)
    return sorted((sorted(found), start, end) for (start, end), found in days.items())


def clock(minutes: int) -> str:
    """`09:00`; the end of a day is `24:00`."""
    return f"{(minutes or DAY) // 60:02d}:{minutes % 60:02d}"
