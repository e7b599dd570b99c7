"""Who may be asked, and the reason when not."""

from typing import Any

import pytest

from backoffice.dispatch import fitting
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.standing import Call, Standing
from backoffice.kernel.ids import CaseId
from tests.backoffice.dispatch.made import REQUESTER, ago, envoy, need, standing
from tests.clocks import START


def _why(call: Call = Call.ORDER, record: Standing | None = None, **changes: Any) -> Reason | None:
    wanted = need(call, languages=frozenset({"zh"}), skills=frozenset({"interpret"}))
    return fitting.why_not(envoy("a", **changes), record or standing("a"), wanted, START)


@pytest.mark.parametrize("call", list(Call))
def test_off_duty_means_no_offer_ever(call: Call) -> None:
    assert _why(call, on_duty=False) is Reason.OFF_DUTY


@pytest.mark.parametrize("call", list(Call))
def test_whoever_works_on_a_case_is_not_asked(call: Call) -> None:
    assert _why(call, busy_with=CaseId("c")) is Reason.BUSY


@pytest.mark.parametrize(
    ("reason", "changes"),
    [(Reason.LANGUAGE, {"languages": ["fr"]}), (Reason.SKILL, {"services": ["shopping"]})],
)
def test_an_order_needs_language_and_skill_and_a_cry_takes_anybody(
    reason: Reason, changes: dict[str, Any]
) -> None:
    assert _why(Call.ORDER, **changes) is reason
    assert _why(Call.SOS, **changes) is None


def test_after_a_job_there_is_rest_from_orders_but_not_from_a_cry() -> None:
    resting = standing("a", worked_until=ago(minutes=10))
    assert _why(Call.ORDER, resting) is Reason.RESTING
    assert _why(Call.ORDER, standing("a", worked_until=ago(minutes=31))) is None
    assert _why(Call.SOS, resting) is None


def test_whoever_was_asked_enough_is_left_in_peace_until_it_fades() -> None:
    """Six questions in an hour are the most for orders; three hours later they no longer count."""
    assert _why(Call.ORDER, standing("a", load=6.5, asked_at=START)) is Reason.LOAD_CAP
    assert _why(Call.ORDER, standing("a", load=6.5, asked_at=ago(hours=3))) is None
    assert _why(Call.SOS, standing("a", load=30.0, asked_at=START)) is None


def test_the_person_in_need_and_the_synthetic_are_not_in_the_picture() -> None:
    assert not fitting.concerns(envoy("a", person=REQUESTER), need())
    assert not fitting.concerns(envoy("a", synthetic=True), need())
    assert fitting.concerns(envoy("a", synthetic=True), need(drill=True))
