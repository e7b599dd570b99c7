"""Who may be asked at all, and the one reason why somebody is left out.

For a cry nobody able to come is left out for what would only make them second choice: they are asked last. An order
can wait, so whoever is resting, has been asked enough or does not speak the language is spared, and so is whoever is
not of the sex that was asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.dispatch.model import Envoy
from backoffice.dispatch.standing import Call, Standing
from backoffice.kernel.ids import PersonId

RESTED_AFTER = timedelta(hours=8)
"""From the end of a job tiredness fades to nothing over this time (our judgement)."""
REST = timedelta(minutes=30)
"""For so long after a job no order is offered."""
CAPS = {Call.SOS: 20.0, Call.ORDER: 6.0}
"""Questions in the last hour from which on somebody has been asked enough (our judgement; tiring people is what makes
them leave, field facts 3.1 and 8.10)."""


class Reason(StrEnum):
    """Why somebody was not asked."""

    NOT_REACHED = "not_reached"
    TOO_FAR = "too_far"
    STALE = "stale"
    OFF_DUTY = "off_duty"
    BUSY = "busy"
    RESTING = "resting"
    LOAD_CAP = "load_cap"
    LANGUAGE = "language"
    SKILL = "skill"
    SEX = "sex"
    DECLINED = "declined"
    ASKED = "asked"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for. Sets of language (two letters) and service codes, any one helps; `sex` if one was asked for.

    `night` is local to the place. `drill`: only synthetic envoys.
    """

    call: Call
    requester: PersonId
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    sex: str = ""
    night: bool = False
    drill: bool = False


def concerns(envoy: Envoy, need: Need) -> bool:
    """Whether this envoy belongs in the picture: not the person in need; drills and real cases never mix."""
    return envoy.person != need.requester and envoy.synthetic == need.drill


def speaks(envoy: Envoy, languages: frozenset[str]) -> bool:
    """Any of the languages, or none was asked for; `zh` is spoken by whoever names any Chinese."""
    spoken = {code.replace("-", "_").partition("_")[0].lower() for code in envoy.languages}
    return not languages or bool(languages & spoken)


def able(envoy: Envoy, skills: frozenset[str]) -> bool:
    """Any of the services, or none was asked for."""
    return not skills or bool(skills & set(envoy.services))


def why_not(envoy: Envoy, standing: Standing, need: Need, now: datetime) -> Reason | None:
    """The first reason to leave an envoy out, None when they may be asked."""
    if not envoy.on_duty:
        return Reason.OFF_DUTY
    if envoy.busy_with is not None:
        return Reason.BUSY
    return _spared(envoy, standing, need, now) if need.call is Call.ORDER else None


def _spared(envoy: Envoy, standing: Standing, need: Need, now: datetime) -> Reason | None:
    if not speaks(envoy, need.languages):
        return Reason.LANGUAGE
    if not able(envoy, need.skills):
        return Reason.SKILL
    if need.sex and envoy.sex != need.sex:
        return Reason.SEX
    if standing.worked_until and now - standing.worked_until < REST:
        return Reason.RESTING
    return Reason.LOAD_CAP if over_cap(standing, need.call, now) else None


def tiredness(standing: Standing, now: datetime) -> float:
    """1 straight after a job, 0 when rested."""
    if standing.worked_until is None:
        return 0.0
    return max(0.0, 1 - max(timedelta(0), now - standing.worked_until) / RESTED_AFTER)


def over_cap(standing: Standing, call: Call, now: datetime) -> bool:
    """Asked enough for now."""
    return standing.load_at(now) >= CAPS[call]
