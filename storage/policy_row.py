"""A policy, its people and a request to an insurer as rows: what is plain, what is sealed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Change, Insured, Policy, Request
from backoffice.kernel.money import Money
from storage.vault import Sealer, opened, pack

SAME = (
    "insurer", "product", "edition", "holder", "source", "status", "starts", "ends", "created_at",
    "confirmed_at", "organisation", "drill",
)  # fmt: skip
REQUEST_SAME = (
    "kind", "policy", "person", "insurer", "payload", "created_at", "due", "state", "attempts", "reference",
    "error",
)  # fmt: skip
"""Columns that are the attribute as it is."""


def subject(policy: str) -> str:
    """The vault's subject of a policy."""
    return f"policy:{policy}"


def context(policy: str) -> str:
    return f"policy|private|{policy}"


def person_context(policy: str, seq: int) -> str:
    return f"policy_person|private|{policy}:{seq}"


def write(policy: Policy, sealer: Sealer) -> dict[str, Any]:
    """Everything of a policy but its id, people and version."""
    return {
        **{name: getattr(policy, name) for name in SAME},
        "number": policy.number or None,
        "minor": policy.premium.minor,
        "currency": policy.premium.currency,
        "private": sealer.seal(context(policy.id), pack(write_private(policy))),
    }


def write_private(policy: Policy) -> dict[str, Any]:
    """What is sealed; what is empty is left out."""
    change = policy.change
    found = {
        "countries": list(policy.countries),
        "sports": list(policy.sports),
        "payments": policy.payments,
        "reason": policy.reason,
        "opened": policy.opened,
        "refund": _sum(policy.refund),
        "change": change and [change.ends.isoformat(), _sum(change.premium), change.payment, change.paid],
    }
    return {k: v for k, v in found.items() if v}


def read(row: Any, sealer: Sealer | None, people: Sequence[Insured]) -> Policy:
    """A policy; without its key what was sealed is absent."""
    private = opened(sealer, context(row.id), row.private) or {}
    change = private.get("change")
    return Policy(
        id=PolicyId(row.id),
        number=row.number or "",
        premium=Money(row.minor, row.currency),
        people=list(people),
        countries=tuple(private.get("countries", ())),
        sports=tuple(private.get("sports", ())),
        payments=list(private.get("payments", ())),
        reason=private.get("reason", ""),
        opened=[*private.get("opened", ())],
        refund=_money(private.get("refund")),
        change=Change(date.fromisoformat(change[0]), Money(*change[1]), change[2], change[3])
        if change
        else None,
        version=row.version,
        **{name: getattr(row, name) for name in SAME},
    )


def write_person(insured: Insured) -> bytes:
    """What is sealed of an insured person."""
    found = {
        "name": insured.name,
        "document": insured.document,
        "born": insured.born and insured.born.isoformat(),
        "premium": _sum(insured.premium),
        "phone": insured.phone,
    }
    return pack({k: v for k, v in found.items() if v})


def read_person(row: Any, sealer: Sealer | None) -> Insured:
    private = opened(sealer, person_context(row.policy, row.seq), row.private) or {}
    born = private.get("born")
    return Insured(
        name=private.get("name", ""),
        document=private.get("document", ""),
        born=date.fromisoformat(born) if born else None,
        premium=_money(private.get("premium")),
        person=row.person,
        phone=private.get("phone", ""),
    )


def write_request(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in REQUEST_SAME}


def read_request(row: Any) -> Request:
    return Request(id=row.id, version=row.version, **{name: getattr(row, name) for name in REQUEST_SAME})


def _sum(money: Money | None) -> list[Any] | None:
    return [money.minor, money.currency] if money is not None else None


def _money(value: list[Any] | None) -> Money | None:
    return Money(*value) if value else None
