"""An application asks one thing after another, in an order that takes nothing without consent."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from backoffice.dispatch.travel import Transport
from backoffice.enrolment import model
from backoffice.enrolment.model import (
    APPLICATION_MOVES,
    Application,
    ApplicationId,
    ApplicationStatus,
    Purpose,
    Step,
    Travel,
)
from backoffice.kernel import errors
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId, PersonId

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def application(**changes: object) -> Application:
    made = Application(ApplicationId("a"), PersonId("p"), Address("telegram", "1"), NOW)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def filled() -> Application:
    made = application()
    a = made.answers
    a.name, a.sex, a.languages, a.levels = "陈静", "female", ["zh"], {"zh": "native"}
    a.base, a.services, a.services_done = Point(13.7, 100.5), ["interpret"], True
    a.transport = "car"
    a.phone, a.consent_at = "+66812345678", NOW
    a.documents, a.documents_done, a.unlimited, a.selfies = [MediaId("m")], True, True, [MediaId("n")]
    a.portrait_said = True
    return made


def test_everything_is_asked_and_consent_before_the_photos() -> None:
    steps = model.missing(application())
    assert steps == [s for s in Step if s not in (Step.REMARK, Step.LEVEL)]
    assert steps.index(Step.CONSENT) < steps.index(Step.DOCUMENT)


def test_every_language_needs_its_level() -> None:
    made = filled()
    made.answers.languages = ["zh", "th"]
    assert model.missing(made) == [Step.LEVEL]
    assert model.level_of(made.answers) == "th"


def test_nothing_incomplete_can_be_sent() -> None:
    made = filled()
    model.clear(made, Step.SELFIE)
    with pytest.raises(errors.Refusal):
        model.submit(made, NOW)
    made.answers.selfies = [MediaId("n")]
    model.submit(made, NOW)
    assert made.status is ApplicationStatus.SUBMITTED
    assert made.submitted_at == NOW


def test_what_the_operator_wants_again_is_asked_again() -> None:
    made = filled()
    made.wanted = [Step.REMARK]
    assert model.missing(made) == [Step.REMARK]


def test_a_renewal_asks_for_the_new_document_only() -> None:
    made = application(purpose=Purpose.RENEWAL)
    assert model.missing(made) == [Step.CONSENT, Step.DOCUMENT, Step.EXPIRY, Step.SELFIE]


def test_a_document_is_renewed_near_its_end() -> None:
    made = filled()
    made.answers.unlimited, made.answers.expiry = False, date(2026, 6, 1)
    assert not model.may_renew(made, date(2026, 3, 1))
    assert model.may_renew(made, date(2026, 4, 15))
    assert model.may_renew(made, date(2026, 7, 1))


@pytest.mark.parametrize(("before", "after"), list(product(ApplicationStatus, repeat=2)))
def test_only_the_moves_of_the_table_are_made(before: ApplicationStatus, after: ApplicationStatus) -> None:
    """Refused, withdrawn and expired are ends; nobody is approved without having sent it."""
    made = application(status=before)
    if after in APPLICATION_MOVES.get(before, ()):
        made.move(after)
        assert made.status is after
    else:
        with pytest.raises(errors.IllegalMove):
            made.move(after)
    approving = [s for s, to in APPLICATION_MOVES.items() if ApplicationStatus.APPROVED in to]
    assert approving == [ApplicationStatus.SUBMITTED]


def test_ways_of_getting_about_are_those_that_arrivals_are_counted_by() -> None:
    assert {*Travel} == {*Transport} - {Transport.UNKNOWN}
