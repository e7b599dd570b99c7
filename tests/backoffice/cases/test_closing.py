"""What must be known before a close, by its code; and which cases stand in figures."""

from datetime import timedelta

import pytest

from backoffice.cases import closing, relations, tasks
from backoffice.cases.closing import CloseOut, Facts, Needed
from backoffice.cases.model import Case, CaseStatus, CloseReason, Hurt, Kind, Origin, Verified
from backoffice.cases.tasks import Priority
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId, PersonId
from tests.clocks import START

DONE = "家人已接走"
KNOWN = {"kind": Kind.LOST, "verified": Verified.VERIFIED}


def a_case(**more: object) -> Case:
    made = Case(CaseId("c1"), "7K3F", PersonId("p"), Origin.PIN, START, START, CaseStatus.OPEN)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("reason", "known", "facts", "lacks"),
    [
        (CloseReason.HELPED, {}, Facts(), [Needed.KIND, Needed.CALL, Needed.SUMMARY]),
        (CloseReason.HELPED, KNOWN, Facts(2), [Needed.STEPS, Needed.SUMMARY]),
        (CloseReason.SAFE, {"verified": Verified.VERIFIED}, Facts(), [Needed.SUMMARY]),
        (CloseReason.DIED, {"kind": Kind.ACCIDENT}, Facts(), [Needed.CALL, Needed.SUMMARY]),
        (CloseReason.FALSE_ALARM, {"verified": Verified.VERIFIED}, Facts(), [Needed.FALSE_ALARM]),
        (CloseReason.FALSE_ALARM, {"verified": Verified.FALSE_ALARM}, Facts(), []),
        (CloseReason.UNREACHABLE, {"verified": Verified.NO_ANSWER}, Facts(), [Needed.SUMMARY]),
        (CloseReason.UNREACHABLE, {"verified": Verified.VERIFIED}, Facts(), [Needed.NOT_REACHED, Needed.SUMMARY]),
        (CloseReason.DUPLICATE, {}, Facts(), [Needed.SAME_AS]),
        (CloseReason.DUPLICATE, {}, Facts(related=True), []),
        (CloseReason.DRILL, {}, Facts(), [Needed.DRILL]),
        (CloseReason.DRILL, {"drill": True}, Facts(), []),
        (CloseReason.HELPED, {"drill": True}, Facts(), [Needed.DRILL]),
    ],
)  # fmt: skip
def test_each_code_asks_for_its_own_facts(
    reason: CloseReason, known: dict[str, object], facts: Facts, lacks: list[Needed]
) -> None:
    assert closing.missing(a_case(**known), CloseOut(reason), facts) == lacks


def test_every_code_has_its_requirements_and_a_sentence_fulfils_the_summary() -> None:
    assert set(closing.REQUIRED) == set(CloseReason)
    known = a_case(kind=Kind.LOST, verified=Verified.VERIFIED)
    assert closing.missing(known, CloseOut(CloseReason.HELPED, DONE + "。"), Facts()) == []
    assert closing.missing(known, CloseOut(CloseReason.HELPED, " ok "), Facts()) == [Needed.SUMMARY]


def test_under_duress_nobody_has_to_be_called_to_close() -> None:
    """A call would betray them."""
    silent = a_case(kind=Kind.CRIME, duress=True)
    assert Needed.CALL not in closing.missing(silent, CloseOut(CloseReason.HELPED, DONE), Facts())


def test_drills_and_tests_stand_in_no_figure() -> None:
    assert closing.counts(drill=False, reason=None)
    assert closing.counts(drill=False, reason=CloseReason.HELPED)
    assert not closing.counts(drill=True, reason=CloseReason.HELPED)
    assert not closing.counts(drill=False, reason=CloseReason.TEST)


@pytest.mark.parametrize(
    ("known", "level"),
    [
        ({"hurt": Hurt.YES}, Priority.HIGH),
        ({"duress": True, "says_safe_at": START}, Priority.HIGH),
        ({"kind": Kind.DISASTER}, Priority.HIGH),
        ({"kind": Kind.ACCIDENT}, Priority.HIGH),
        ({"kind": Kind.ACCIDENT, "hurt": Hurt.NO}, Priority.NORMAL),
        ({"kind": Kind.LOST}, Priority.NORMAL),
        ({"says_safe_at": START}, Priority.LOW),
        ({"verified": Verified.FALSE_ALARM}, Priority.LOW),
    ],
)
def test_life_and_coercion_are_reported_most_often(known: dict[str, object], level: Priority) -> None:
    rules = tasks.DeskRules()
    assert tasks.priority(a_case(**known)) is level
    assert rules.report(Priority.HIGH) < rules.report(Priority.NORMAL) < rules.report(Priority.LOW)
    assert rules.report(level) > timedelta(0)


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        ({}, {}, "relation.itself"),
        ({}, {"id": CaseId("c2"), "duress": True}, "relation.duress"),
        ({"drill": True}, {"id": CaseId("c2")}, "relation.drill"),
    ],
)
def test_what_may_not_be_joined(one: dict[str, object], two: dict[str, object], why: str) -> None:
    """Nobody is shown what they may not know by a merge, and drill and earnest stay apart."""
    with pytest.raises(Refusal) as refused:
        relations.may_join(a_case(**one), a_case(**two))
    assert refused.value.key == why
