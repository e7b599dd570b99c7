"""Clocks of a case and the words for times, lengths and places."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backoffice import queries
from backoffice.cases.model import CaseStatus, Hurt, Kind, Verified
from backoffice.console import clocks, speech, texts
from backoffice.console.clocks import Stage
from backoffice.console.heat import Heat
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Distance, PlaceWords

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
S = timedelta(seconds=1)
ZH, EN = (texts.Catalogue(texts.load(), name) for name in texts.LOCALES)


def line(**changes: object) -> queries.CaseLine:
    made = queries.CaseLine(
        id=CaseId("c"),
        ref="7K3F",
        status=CaseStatus.OPEN,
        kind=Kind.UNKNOWN,
        hurt=Hurt.UNKNOWN,
        verified=Verified.NOT_YET,
        place=None,
        located=True,
        opened_at=NOW,
        dispatched_at=NOW,
        rang_at=NOW,
        answered_at=None,
        owner=None,
        owner_name="",
        owned_at=None,
        says_safe_at=None,
        promised_at=None,
        true_at=None,
        late=False,
        duress=False,
        drill=False,
        searching=True,
        asked=6,
        working=0,
        arrived=0,
        wanted=1,
    )
    return replace(made, **changes)


def stages(**changes: object) -> list[Stage]:
    return [c.stage for c in clocks.running(line(**changes), clocks.Targets())]


def test_a_new_call_must_be_taken_called_back_and_get_an_envoy() -> None:
    """In the order in which they breach: 15 s, 60 s, 3 min."""
    assert stages() == [Stage.ANSWER, Stage.CALL_BACK, Stage.ENVOY]


def test_what_is_done_has_no_clock() -> None:
    """Taken, verified, accepted, arrived: each stops its own."""
    taken = {"answered_at": NOW + S}
    assert stages(**taken) == [Stage.CALL_BACK, Stage.ENVOY]
    assert stages(**taken, verified=Verified.VERIFIED) == [Stage.ENVOY]
    assert stages(**taken, verified=Verified.VERIFIED, working=1) == [Stage.ARRIVAL]
    assert stages(**taken, verified=Verified.VERIFIED, arrived=1) == []
    assert stages(status=CaseStatus.CLOSED) == []


def test_under_duress_no_call_back_is_due() -> None:
    """Nobody rings that phone, so no clock may push somebody to."""
    assert Stage.CALL_BACK not in stages(duress=True)


def test_a_repeat_rings_again_and_a_promise_and_safety_are_clocks() -> None:
    """On day 20 as on day 1."""
    late = NOW + timedelta(days=20)
    again = {"rang_at": late, "answered_at": NOW + S, "verified": Verified.VERIFIED, "arrived": 1}
    assert stages(**again) == [Stage.ANSWER]
    assert Stage.PROMISE in stages(promised_at=NOW + timedelta(minutes=10))
    assert Stage.SAFE in stages(says_safe_at=NOW)
    assert Stage.SAFE not in stages(says_safe_at=NOW, verified=Verified.VERIFIED)


def test_a_provider_and_the_family_run_from_when_they_are_wanted() -> None:
    """Whoever engages one or tells them stops the clock; before it is wanted there is none."""
    quiet = {"verified": Verified.VERIFIED, "arrived": 1, "answered_at": NOW + S}
    assert stages(**quiet) == []
    waits = {"family": NOW, "provider": NOW - S}
    assert stages(**quiet, stages=waits) == [Stage.PROVIDER, Stage.FAMILY]


def test_targets_are_settings() -> None:
    """A centre that promises more has earlier clocks."""
    strict = clocks.Targets(answered=5 * S)
    assert clocks.running(line(), strict)[0].due == NOW + 5 * S


@pytest.mark.parametrize(
    ("after", "heat"),
    [(0, Heat.UNDER_WAY), (44, Heat.UNDER_WAY), (45, Heat.WAITING), (60, Heat.WAITING), (61, Heat.BREACHED)],
)
def test_a_clock_warns_before_it_breaches(after: int, heat: Heat) -> None:
    """The last quarter is amber, after it red."""
    assert clocks.StageClock(Stage.CALL_BACK, NOW, NOW + 60 * S).heat(NOW + after * S) is heat


def test_the_one_that_breaches_first_leads() -> None:
    """Without a clock a case stands below, oldest first."""
    quiet = {"verified": Verified.VERIFIED, "arrived": 1, "answered_at": NOW + S}
    urgent = line(ref="A", answered_at=NOW + S)
    promised = line(ref="B", promised_at=NOW + 30 * S, **quiet)
    done, older = line(ref="C", **quiet), line(ref="D", opened_at=NOW - S, **quiet)
    by_breach = clocks.by_breach([done, urgent, older, promised], clocks.Targets())
    assert [x.ref for x, _ in by_breach] == ["B", "A", "D", "C"]


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (83, "1:23"), (3725, "1:02:05"), (-91, "+1:31")])
def test_a_ticking_clock_says_overdue_with_a_plus(seconds: int, words: str) -> None:
    assert speech.ticking(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("metres", "words"), [(4, "10 m"), (353, "350 m"), (980, "1.0 km"), (4210, "4.2 km"), (37400, "37 km")]
)
def test_lengths_as_said_over_the_telephone(metres: float, words: str) -> None:
    assert speech.length(metres) == words


def test_places_in_words() -> None:
    """Country, city, distance and direction; at sea; unknown."""
    away = PlaceWords("TH", {"": "Bangkok", "zh_Hans": "曼谷"}, Distance(2040, 93.0), "Asia/Bangkok")
    assert speech.place(ZH, away, "zh_Hans") == "泰国曼谷 市中心以东约 2.0 km"
    assert speech.place(EN, away, "en") == "Bangkok, Thailand, about 2.0 km east of the centre"
    assert speech.place(EN, PlaceWords("", {}), "en") == "At sea"
    assert speech.place(ZH, None, "zh_Hans") == "位置未知"
    near = PlaceWords("TH", {"": "Bangkok"}, Distance(120, 10.0))
    assert speech.place(EN, near, "en") == "Bangkok, Thailand, in the centre"


def test_times_are_said_with_their_place() -> None:
    """All of mainland China keeps Beijing time and says so."""
    assert speech.at(NOW, "Asia/Bangkok") == "13:00"
    assert speech.zone_name(ZH, "Asia/Bangkok", "zh_Hans") == "曼谷"
    assert speech.zone_name(ZH, "Asia/Shanghai", "zh_Hans") == "北京"
    assert speech.zone_name(EN, "Asia/Urumqi", "en") == "Beijing"


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (125, "2 min"), (7505, "2 h 05"), (200_000, "2 d"), (-3, "0 s")]
)
def test_ages_at_a_glance(seconds: int, words: str) -> None:
    assert speech.span(EN, timedelta(seconds=seconds)) == words
