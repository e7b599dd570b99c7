"""Readiness: silence counts only from when the platform took the question."""

from datetime import UTC, datetime, timedelta

from backoffice.enrolment import duty, readiness
from backoffice.enrolment.duty import Duty
from backoffice.enrolment.readiness import DrillAnswer, DrillId, DrillOffer
from backoffice.kernel.ids import EnvoyId, LetterId

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


def offer(envoy: str, answer: DrillAnswer = DrillAnswer.WAITING, seconds: float | None = None) -> DrillOffer:
    made = DrillOffer(DrillId("d"), EnvoyId(envoy), LetterId("l"), NOW, answer, taken_at=NOW)
    made.answered_at = NOW + timedelta(seconds=seconds) if seconds is not None else None
    return made


def test_a_latency_counts_from_when_the_platform_took_the_question() -> None:
    made = offer("a", DrillAnswer.ACCEPTED, 40)
    made.taken_at = NOW + timedelta(seconds=30)
    assert made.latency == timedelta(seconds=10)
    assert offer("a").latency is None


def test_not_delivered_is_not_silence() -> None:
    silent, unreached = offer("a"), offer("b")
    unreached.taken_at = None
    for each in (silent, unreached):
        readiness.close(each)
    assert (silent.answer, unreached.answer) == (DrillAnswer.SILENT, DrillAnswer.UNREACHED)


def test_who_answered_nothing_leads_the_list() -> None:
    week = readiness.by_envoy(
        [
            offer("quick", DrillAnswer.ACCEPTED, 5),
            offer("slow", DrillAnswer.DECLINED, 300),
            offer("slow", DrillAnswer.SILENT),
            offer("nobody", DrillAnswer.SILENT),
        ]
    )
    assert [r.envoy for r in week] == ["nobody", "slow", "quick"]
    assert week[1] == readiness.Readiness(EnvoyId("slow"), 2, 1, 1, 0, timedelta(seconds=300))


def test_a_stale_position_is_asked_for_by_day_and_not_too_often() -> None:
    """Bangkok: 5:00 UTC is noon, 14:00 UTC is 21:00."""
    fresh = timedelta(minutes=30)
    on = Duty(EnvoyId("a"), "Asia/Bangkok")
    assert duty.ask_where_at(on, NOW, fresh, NOW) == NOW + fresh
    on.asked_where_at = NOW
    assert duty.ask_where_at(on, NOW, fresh, NOW + fresh) == NOW + duty.ASK_WHERE_AGAIN
    late = NOW.replace(hour=14)
    assert duty.ask_where_at(on, late, fresh, late) == datetime(2026, 3, 3, 2, tzinfo=UTC)
