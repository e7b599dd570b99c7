"""From what happened to figures and pictures: shares, spreads, squares, axes; cells no spreadsheet calculates."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice import queries
from backoffice.cases.model import CaseStatus, CloseReason, Hurt, Kind, Verified
from backoffice.centre_queries import Asked, Course, Sent, SyntheticCall, Vitals
from backoffice.console import figures, filters, health, plots, reports, sheets
from backoffice.console.plots import Frame, Series
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, OperatorId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def course(number: int, answered_s: float | None = None, **changes: object) -> Course:
    reached = {} if answered_s is None else {"centre.taken": NOON + timedelta(seconds=answered_s)}
    given: dict[str, object] = {
        "case": CaseId(f"c{number}"), "dispatched_at": NOON, "kind": Kind.ILLNESS, "verified": Verified.NOT_YET,
        "close_reason": None, "cell": Point(13.7, 100.5), "place": "TH", "centre": "bj", "reached": reached,
        "waited": {},
    }  # fmt: skip
    return Course(**(given | changes))  # type: ignore[arg-type]


def test_half_and_nine_tenths_are_figures_some_case_had() -> None:
    """Nearest rank; nothing of nothing."""
    assert figures.spread([9, 1, 3]) == figures.Spread(3, 3, 9)
    assert figures.spread(range(1, 11)) == figures.Spread(10, 5, 9)
    assert figures.spread([]) == figures.Spread(0, None, None)


def test_a_stage_is_reached_by_its_first_code() -> None:
    """A case never answered counts in no spread; provider and family run from when they were wanted."""
    twice = course(1, reached={"centre.taken_over": NOON + timedelta(seconds=9), "centre.taken": NOON})
    assert figures.took(twice, "answered") == 0
    assert figures.took(course(2), "answered") is None
    assert figures.took(course(3, waited={"provider": 61.0}), "provider") == 61.0


def test_days_and_hours_are_the_centres_own() -> None:
    """22:00 in UTC is tomorrow morning in Beijing."""
    late = course(1, dispatched_at=datetime(2026, 3, 2, 22, tzinfo=UTC))
    assert list(figures.grouped([late], figures.by_day("Asia/Shanghai"))) == ["2026-03-03"]
    assert list(figures.grouped([late], figures.by_hour("Asia/Shanghai"))) == ["06"]


def test_a_share_counts_only_answers() -> None:
    """Somebody was faster, and no answer at all, are neither yes nor no."""
    states = ["accepted", "done", "withdrawn", "declined", "stood_down", "asked"]
    found = figures.answers([Asked(CaseId("c"), NOON, AssignmentStatus(s), None) for s in states])
    assert (found.asked, found.accepted, found.declined, found.stood_down, found.waiting) == (6, 3, 1, 1, 1)
    assert found.share == 0.75
    assert figures.answers([]).share is None


def test_squares_where_nobody_came_lead() -> None:
    """Two cases of one city are one square; a case without a place is on no map, nor a call that was a false alarm."""
    came = {"job.arrived": NOON}
    courses = [
        course(1),
        course(2, reached=came),
        course(3, cell=Point(-33.9, 18.4), reached=came),
        course(4, cell=None),
        course(5, verified=Verified.FALSE_ALARM),
    ]
    assert figures.coverage(courses) == [
        figures.Square(Point(13.5, 100.5), 2, 1), figures.Square(Point(-34.0, 18.0), 1, 0)
    ]  # fmt: skip


def test_deliveries_by_channel() -> None:
    sent = [
        Sent("wechat", LetterState.DELIVERED, (1.0, 3.0)), Sent("wechat", LetterState.FAILED, (9.0,)),
        Sent("wechat", LetterState.SUPERSEDED, (0.0,)), Sent("telegram", LetterState.UNKNOWN, (0.0,)),
    ]  # fmt: skip
    telegram, wechat = figures.deliveries(sent)
    assert (telegram.unknown, telegram.delivered) == (1, 0)
    assert (wechat.delivered, wechat.failed, wechat.other, wechat.took) == (
        2,
        1,
        1,
        figures.Spread(2, 1.0, 3.0),
    )


def test_false_alarms_by_either_word() -> None:
    assert figures.false_alarm(course(1, verified=Verified.FALSE_ALARM))
    assert figures.false_alarm(course(1, close_reason=CloseReason.FALSE_ALARM))
    assert not figures.false_alarm(course(1, close_reason=CloseReason.HELPED))


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 2, 17), date(2026, 3, 2)),
        ({"since": "2026-03-01", "until": "2026-03-01"}, date(2026, 3, 1), date(2026, 3, 1)),
        ({"since": "2026-03-05", "until": "2026-03-01"}, date(2026, 3, 1), date(2026, 3, 1)),
        ({"until": "2099-01-01"}, date(2026, 2, 17), date(2026, 3, 2)),
        ({"since": "nonsense"}, date(2026, 2, 17), date(2026, 3, 2)),
        ({"since": "1990-01-01"}, date(2025, 1, 27), date(2026, 3, 2)),
    ],
)
def test_a_period_is_never_turned_round_nor_endless(query: dict[str, str], first: date, last: date) -> None:
    found = reports.period(query, NOON, "Asia/Shanghai")
    assert (found.first, found.last) == (first, last)


def test_a_line_has_gaps_where_nothing_was() -> None:
    """Two stretches, three points, and nothing drawn for the day between; words are escaped."""
    frame = Frame("<b>", ["1", "2", "3", "4"], "s", 15)
    drawn = plots.lines(frame, [Series('x"<', "p50", [1, None, 3, 4])])
    assert re.findall(r'<path d="([^"]*)"', drawn)[0].count("M") == 2
    assert drawn.count("<circle") == 3
    assert 'class="target"' in drawn
    assert "<b>" not in drawn
    assert 'x"<' not in drawn


@pytest.mark.parametrize(
    ("value", "unit", "labels"),
    [
        (15, "s", ["0 s", "5 s", "10 s", "15 s", "20 s"]),
        (180, "s", ["0 s", "60 s", "2 min", "3 min", "4 min"]),
        (3600, "s", ["0 s", "15 min", "30 min", "45 min", "60 min"]),
        (7, "", ["0", "2", "4", "6", "8"]),
        (130, "", ["0", "50", "100", "150", "200"]),
    ],
)
def test_axes_read_as_numbers_and_times(value: float, unit: str, labels: list[str]) -> None:
    drawn = plots.bars(Frame("t", ["a"], unit), [Series("x", "main", [value])])
    assert re.findall(r'class="at-end">([^<]*)<', drawn) == labels


def test_the_map_has_land_and_every_square() -> None:
    drawn = plots.squares(
        "t", [figures.Square(Point(13.5, 100.5), 2, 1), figures.Square(Point(21.0, 105.5), 1, 0)]
    )
    assert (drawn.count('class="alone"'), drawn.count('class="reached"')) == (1, 1)
    assert len(drawn) < 60_000
    assert re.search(r'class="land" d="M[\d -]+L', drawn)
    assert plots.squares("t", []).count("<rect") == 0


@pytest.mark.parametrize("begins", ["=1+1", "+86", "-1", "@sum", "\t=1", "\r=1", "  =1", "\n=1"])
def test_no_cell_is_a_formula(begins: str) -> None:
    """OWASP's characters, also behind blanks; our own numbers stay numbers."""
    assert sheets.cell(begins).startswith("'")
    assert [sheets.cell(v) for v in (-3, 2.5, None, True, "7K3F")] == ["-3", "2.5", "", "true", "7K3F"]


def line(**changes: object) -> filters.Line:
    given: dict[str, object] = {
        "id": CaseId("c"), "ref": "7K3F", "status": CaseStatus.OPEN, "kind": Kind.ILLNESS, "hurt": Hurt.NO,
        "verified": Verified.VERIFIED, "place": None, "located": False, "opened_at": NOON, "dispatched_at": NOON,
        "rang_at": None, "answered_at": None, "owner": OperatorId("me"), "owner_name": "me", "owned_at": None,
        "says_safe_at": None, "promised_at": None, "true_at": None, "late": False, "duress": False, "drill": False,
        "searching": False, "asked": 0, "working": 0, "arrived": 0, "wanted": 1,
    }  # fmt: skip
    return filters.Line(queries.CaseLine(**(given | changes)), None, "bj", ("媒体",))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({}, True),
        ({"owner": "me"}, True),
        ({"owner": "none"}, False),
        ({"owner": "op-2"}, False),
        ({"centre": "bj", "tag": "媒体", "status": "open"}, True),
        ({"centre": "mad"}, False),
        ({"country": "TH"}, False),
        ({"state": "quiet", "envoy": "none", "drill": "no"}, True),
        ({"state": "ringing"}, False),
        ({"drill": "perhaps"}, True),
    ],
)
def test_what_fits_a_filter(query: dict[str, str], fits: bool) -> None:
    assert filters.fits(line(), filters.parse(query), "me", NOON) == fits


def test_a_filter_stands_in_an_address_and_comes_back() -> None:
    wanted = filters.parse({"tag": "台风 & 雨", "owner": "none", "unknown": "x"})
    assert "unknown" not in wanted.query
    assert wanted.query == "owner=none&tag=%E5%8F%B0%E9%A3%8E+%26+%E9%9B%A8"


def vitals(**changes: object) -> Vitals:
    given: dict[str, object] = {
        "channels": (), "untaken": 0, "untaken_since": None, "parked": 0, "lag_p95_s": 0.4, "outbox": 0,
        "outbox_since": None, "late": 0, "late_since": None, "database_bytes": 10**6, "calls": (),
    }  # fmt: skip
    return Vitals(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "disk", "bad"),
    [
        ({}, (50, 100), []),
        ({"lag_p95_s": 4.5}, None, ["lag"]),
        ({"untaken_since": NOON - timedelta(seconds=31)}, None, ["inbox"]),
        ({"outbox_since": NOON - timedelta(seconds=29)}, None, []),
        ({"late_since": NOON - timedelta(minutes=2), "parked": 1}, None, ["deadlines", "parked"]),
        ({}, (9, 100), ["disk"]),
    ],
)
def test_what_is_trouble(changes: dict[str, object], disk: tuple[int, int] | None, bad: list[str]) -> None:
    assert [c.name for c in health.checks(vitals(**changes), NOON, disk) if not c.good] == bad


@pytest.mark.parametrize(
    ("calls", "good"),
    [
        ([], False),
        ([("wechat", "", 30), ("telegram", "", 40), ("wechat", "told", 90)], True),
        ([("wechat", "", 30), ("telegram", "told", 40), ("telegram", "", 90)], False),
        ([("wechat", "", 200)], False),
    ],
)
def test_synthetic_calls_are_good_when_the_newest_of_each_channel_went_through(
    calls: list[tuple[str, str, int]], good: bool
) -> None:
    made = tuple(
        SyntheticCall(NOON - timedelta(seconds=age), channel, lacks, {}) for channel, lacks, age in calls
    )
    assert health.calls_good(made, NOON) == good
