"""Envoys, records and needs as these tests want them."""

from datetime import timedelta
from typing import Any

from backoffice.dispatch import acceptance, ranking
from backoffice.dispatch.fitting import Need
from backoffice.dispatch.model import Envoy
from backoffice.dispatch.standing import Call, History, Standing
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId, PersonId
from tests.clocks import START

HERE = Point(13.7563, 100.5018)
REQUESTER = PersonId("requester")


def envoy(name: str, **changes: Any) -> Envoy:
    """On duty with a fix of now."""
    made: dict[str, Any] = {
        "id": EnvoyId(name), "person": PersonId(f"p-{name}"), "name": name, "languages": ["zh", "th"],
        "services": ["interpret"], "base": HERE, "on_duty": True, "position": HERE, "position_at": START,
    }  # fmt: skip
    return Envoy(**(made | changes))


def standing(name: str, **changes: Any) -> Standing:
    return Standing(EnvoyId(name), **changes)


def need(call: Call = Call.SOS, **changes: Any) -> Need:
    return Need(call, REQUESTER, **changes)


def weighed(
    one: Envoy, metres: float = 1_000.0, record: Standing | None = None, **changes: Any
) -> ranking.Candidate:
    """A candidate now; `changes` are those of the need."""
    around = ranking.Around(need(**changes), START, acceptance.Prior())
    return ranking.weigh(one, metres, record or standing(one.id), around)


def term(one: ranking.Candidate, name: str) -> ranking.Term:
    return next(t for t in one.terms if t.name == name)


def histories(**by_call: History) -> dict[Call, History]:
    return {Call(name): history for name, history in by_call.items()}


def ago(**given: float) -> Any:
    return START - timedelta(**given)
