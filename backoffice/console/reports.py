"""Answering for it: how long each stage took, who accepted, where nobody came, what arrived; pictures and CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from backoffice.centre_queries import Course, History
from backoffice.console import clocks, figures, plots, sheets, trail, view
from backoffice.console.deps import DEPS
from backoffice.console.plots import Frame, Series

DAYS, MOST_DAYS = 14, 400
STAGES = (*figures.STAGES, *figures.WAITED)
Table = tuple[Sequence[str], list[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the centre's zone, both included."""

    first: date
    last: date
    zone: str
    centre: str = ""

    @property
    def days(self) -> list[str]:
        return figures.days_between(self.first, self.last)

    def ends(self) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        return (
            datetime.combine(self.first, time(), zone),
            datetime.combine(self.last + timedelta(days=1), time(), zone),
        )


def period(query: Mapping[str, str], now: datetime, zone: str) -> Period:
    """The last fourteen days unless others are asked for; never more than `MOST_DAYS`, never turned round."""
    today = now.astimezone(ZoneInfo(zone)).date()
    last = min(_day(query.get("until", "")) or today, today)
    first = _day(query.get("since", "")) or last - timedelta(days=DAYS - 1)
    first = max(min(first, last), last - timedelta(days=MOST_DAYS - 1))
    return Period(first, last, zone, query.get("centre", "")[:64])


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


async def show(request: web.Request) -> web.Response:
    wanted, found = await _read(request)
    t = view.catalogue(request)
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        centres = await uow.centres.all()
    return view.page(
        request, "reports.html", may=view.allowed(request), period=wanted, centres=centres,
        pictures=_pictures(found, wanted, (t, deps.targets)), squares=figures.coverage(found.courses)[:10],
        map=plots.squares(t("reports.coverage"), figures.coverage(found.courses)),
        answers=figures.answers(found.asked), deliveries=figures.deliveries(found.sent),
        alarms=sum(map(figures.false_alarm, found.courses)), total=len(found.courses),
        spreads={s: figures.spread(figures.within(found.courses, s)) for s in STAGES},
        by_centre={
            code: (len(them), figures.spread(figures.within(them, "answered")))
            for code, them in figures.grouped(found.courses, figures.by_centre).items()
        },
    )  # fmt: skip


async def take(request: web.Request) -> web.Response:
    """The numbers behind one picture. That they were taken stands in the trail."""
    what, kind = request.match_info["what"], request.match_info["ending"]
    if what not in TABLES:
        raise web.HTTPNotFound
    wanted, found = await _read(request)
    header, rows = TABLES[what](found, wanted)
    await trail.write(request, "reports.export", f"{what}:{len(rows)},{wanted.first}/{wanted.last}")
    return sheets.download(f"{what}-{wanted.first}-{wanted.last}.{kind}", header, rows)


async def _read(request: web.Request) -> tuple[Period, History]:
    deps = request.config_dict[DEPS]
    wanted = period(request.query, deps.clock.now(), deps.zone)
    found = await deps.centre.history(*wanted.ends())
    if wanted.centre:
        courses = tuple(c for c in found.courses if c.centre == wanted.centre)
        cases = {c.case for c in courses}
        found = History(courses, tuple(a for a in found.asked if a.case in cases), found.sent)
    return wanted, found


@dataclass(frozen=True, slots=True)
class Picture:
    """One plot with the name of the numbers behind it."""

    what: str
    title: str
    svg: Any
    keys: tuple[tuple[str, str], ...] = ()


def _pictures(found: History, wanted: Period, words: tuple[Any, clocks.Targets]) -> list[Picture]:
    t, targets = words
    within = {
        "answered": targets.answered, "called_back": targets.called_back,
        "accepted": targets.envoy_accepted, "arrived": targets.envoy_arrived,
    }  # fmt: skip
    drawn = [_stage(found, wanted, (t, stage, limit.total_seconds())) for stage, limit in within.items()]
    return [*drawn, _accepted(found, wanted, t), _hours(found, wanted, t), _alarms(found, wanted, t)]


def _labels(wanted: Period) -> list[str]:
    return [day[5:] for day in wanted.days]


def _stage(found: History, wanted: Period, of: tuple[Any, str, float]) -> Picture:
    t, stage, target = of
    days = _spread_by_day(found.courses, wanted, stage)
    title = t(f"reports.stage.{stage}")
    p50, p90 = t("reports.half"), t("reports.most")
    series = [Series(p90, "p90", [d.p90 for d in days]), Series(p50, "p50", [d.p50 for d in days])]
    frame = Frame(title, _labels(wanted), "s", target)
    keys = (("p50", p50), ("p90", p90), ("target", t("reports.target")))
    return Picture("stages", title, plots.lines(frame, series), keys)


def _spread_by_day(courses: Sequence[Course], wanted: Period, stage: str) -> list[figures.Spread]:
    grouped = figures.grouped(courses, figures.by_day(wanted.zone))
    return [figures.spread(figures.within(grouped.get(day, ()), stage)) for day in wanted.days]


def _accepted(found: History, wanted: Period, t: Any) -> Picture:
    days = figures.answers_by_day(found.asked, wanted.zone)
    none = figures.Answers(0, 0, 0, 0, 0)
    got = [days.get(day, none) for day in wanted.days]
    names = ("accepted", "declined", "stood_down", "waiting")
    looks = ("good", "bad", "rest", "faint")
    title = t("reports.acceptance")
    series = [
        Series(t(f"reports.answer.{name}"), look, [getattr(one, name) for one in got])
        for name, look in zip(names, looks, strict=True)
    ]
    frame = Frame(title, _labels(wanted), "")
    return Picture("acceptance", title, plots.bars(frame, series), tuple((s.look, s.name) for s in series))


def _hours(found: History, wanted: Period, t: Any) -> Picture:
    by_hour = figures.grouped(found.courses, figures.by_hour(wanted.zone))
    hours = [f"{hour:02d}" for hour in range(24)]
    title = t("reports.hours")
    series = [Series(t("reports.cases"), "main", [len(by_hour.get(hour, ())) for hour in hours])]
    return Picture("hours", title, plots.bars(Frame(title, hours, ""), series))


def _alarms(found: History, wanted: Period, t: Any) -> Picture:
    days = figures.grouped(found.courses, figures.by_day(wanted.zone))
    false = [sum(map(figures.false_alarm, days.get(day, ()))) for day in wanted.days]
    real = [len(days.get(day, ())) - n for day, n in zip(wanted.days, false, strict=True)]
    title = t("reports.false_alarms")
    series = [Series(t("reports.real"), "main", real), Series(t("reports.false"), "faint", false)]
    keys = tuple((s.look, s.name) for s in series)
    return Picture("false_alarms", title, plots.bars(Frame(title, _labels(wanted), ""), series), keys)


def _stage_rows(found: History, wanted: Period) -> Table:
    rows: list[Sequence[object]] = []
    for stage in STAGES:
        for day, one in zip(wanted.days, _spread_by_day(found.courses, wanted, stage), strict=True):
            rows.append((day, stage, one.n, one.p50, one.p90))
    return ("day", "stage", "cases", "p50_s", "p90_s"), rows


def _acceptance_rows(found: History, wanted: Period) -> Table:
    names = ("asked", "accepted", "declined", "stood_down", "waiting")
    days = figures.answers_by_day(found.asked, wanted.zone)
    return ("day", *names), [(day, *(getattr(one, n) for n in names)) for day, one in days.items()]


def _coverage_rows(found: History, _: Period) -> Table:
    rows = [
        (s.corner.lat, s.corner.lon, figures.CELL_DEG, s.cases, s.alone)
        for s in figures.coverage(found.courses)
    ]
    return ("south", "west", "degrees", "cases", "nobody_came"), list(rows)


def _delivery_rows(found: History, _: Period) -> Table:
    header = ("channel", "delivered", "failed", "unknown", "other", "p50_s", "p90_s")
    return header, [
        (d.channel, d.delivered, d.failed, d.unknown, d.other, d.took.p50, d.took.p90)
        for d in figures.deliveries(found.sent)
    ]


def _alarm_rows(found: History, wanted: Period) -> Table:
    days = figures.grouped(found.courses, figures.by_day(wanted.zone))
    return ("day", "cases", "false_alarms"), [
        (d, len(c), sum(map(figures.false_alarm, c))) for d, c in days.items()
    ]


def _grouped_rows(name: str, key: Callable[[Period], figures.Key]) -> Callable[[History, Period], Table]:
    def rows(found: History, wanted: Period) -> Table:
        made: list[Sequence[object]] = []
        for group, them in figures.grouped(found.courses, key(wanted)).items():
            one = figures.spread(figures.within(them, "answered"))
            made.append((group, len(them), sum(map(figures.false_alarm, them)), one.p50, one.p90))
        return (name, "cases", "false_alarms", "answered_p50_s", "answered_p90_s"), made

    return rows


TABLES: Mapping[str, Callable[[History, Period], Table]] = {
    "stages": _stage_rows,
    "acceptance": _acceptance_rows,
    "coverage": _coverage_rows,
    "delivery": _delivery_rows,
    "false_alarms": _alarm_rows,
    "centres": _grouped_rows("centre", lambda _: figures.by_centre),
    "hours": _grouped_rows("hour", lambda p: figures.by_hour(p.zone)),
}
"""What can be taken away, by the name in its address."""
