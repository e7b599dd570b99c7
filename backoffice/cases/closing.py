"""What must be known before a case is closed, by the code it is closed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backoffice.cases.model import Case, CloseReason, Kind, Verified

SUMMARY_AT_LEAST = 6
"""Characters that say what was done: "已送医院" and a full stop are enough, "ok" is not."""


class Needed(StrEnum):
    """A fact that has to stand before the close."""

    KIND = "kind"
    CALL = "call"
    FALSE_ALARM = "false_alarm"
    NOT_REACHED = "not_reached"
    SAME_AS = "same_as"
    STEPS = "steps"
    SUMMARY = "summary"
    DRILL = "drill"


_ENDED_WELL = (Needed.KIND, Needed.CALL, Needed.STEPS, Needed.SUMMARY)
REQUIRED: Mapping[CloseReason, tuple[Needed, ...]] = {
    CloseReason.HELPED: _ENDED_WELL,
    CloseReason.SAFE: (Needed.CALL, Needed.SUMMARY),
    CloseReason.IN_CARE: _ENDED_WELL,
    CloseReason.HANDED_ON: _ENDED_WELL,
    CloseReason.DECLINED: (Needed.CALL, Needed.SUMMARY),
    CloseReason.DIED: _ENDED_WELL,
    CloseReason.FALSE_ALARM: (Needed.FALSE_ALARM,),
    CloseReason.UNREACHABLE: (Needed.NOT_REACHED, Needed.SUMMARY),
    CloseReason.DUPLICATE: (Needed.SAME_AS,),
    CloseReason.DRILL: (Needed.DRILL,),
    CloseReason.TEST: (Needed.SUMMARY,),
}
BY_A_PERSON = frozenset({CloseReason.DIED})
"""Ends whose words come from a person, never from the service (voice.md)."""


@dataclass(frozen=True, slots=True)
class CloseOut:
    """How a case ends: the code, and in words what was done (sealed with the case)."""

    reason: CloseReason
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What else is known of the case: required steps still open, and whether another case is the same matter."""

    steps_open: int = 0
    related: bool = False


def missing(case: Case, out: CloseOut, facts: Facts) -> list[Needed]:
    """What is still lacking, in the order in which it is asked for. A drill ends as a drill and lacks nothing."""
    if case.drill:
        return [] if out.reason is CloseReason.DRILL else [Needed.DRILL]
    there = {
        Needed.KIND: case.kind is not Kind.UNKNOWN,
        Needed.CALL: case.duress or case.verified is not Verified.NOT_YET,
        Needed.FALSE_ALARM: case.verified is Verified.FALSE_ALARM,
        Needed.NOT_REACHED: case.verified in (Verified.NO_ANSWER, Verified.NO_NUMBER),
        Needed.SAME_AS: facts.related,
        Needed.STEPS: facts.steps_open == 0,
        Needed.SUMMARY: len(out.summary.strip()) >= SUMMARY_AT_LEAST,
        Needed.DRILL: False,
    }
    return [need for need in REQUIRED[out.reason] if not there[need]]


UNCOUNTED = frozenset({CloseReason.DRILL, CloseReason.TEST})
"""Codes of cases that stand in no figure."""


def counts(drill: bool, reason: CloseReason | None) -> bool:
    """Whether a case belongs in figures: drills and tests never do."""
    return not drill and reason not in UNCOUNTED
