"""The desk for insurers: outcomes recorded by hand, asked again, premiums held, people of a policy unmasked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from backoffice.insurance.model import PolicyId, RequestId
from backoffice.insurance.policies import (
    Answer,
    Insured,
    Policy,
    Request,
    RequestKind,
    RequestState,
    Said,
)
from backoffice.kernel.errors import NotAllowed, Refusal
from backoffice.kernel.money import Money
from backoffice.money import premiums
from backoffice.ports import Alert, Operator, OperatorRole, UnitOfWork
from backoffice.workflows import payment_outcomes, policies
from backoffice.workflows.work import Work

RECORDED = "recorded"
"""Where a request's payload keeps an outcome that waits for its second person."""
OUTCOMES = frozenset({Said.CONFIRMED, Said.REFUSED})
GIVES_COVER = frozenset({RequestKind.ISSUE, RequestKind.CHANGE})
READERS = payment_outcomes.FINANCE | {OperatorRole.CLAIMS}
LONGEST_REFERENCE, LONGEST_WHY = 100, 500
UNMASKED_FOR = timedelta(minutes=15)
REASONS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an insurer said outside of its adapter. `number` is the policy's where it gives cover, else the
    insurer's reference of its letter."""

    said: Said
    number: str
    reason: str = ""


def recorded(request: Request) -> dict[str, Any] | None:
    """The outcome that waits for a second person: `said`, `number`, `reason`, `by`, `by_name`, `at`."""
    found: dict[str, Any] | None = None if request.settled else request.payload.get(RECORDED)
    return found


async def record(work: Work, request_id: RequestId, operator: Operator, outcome: Outcome) -> Request:
    """Settled at once, or kept for a second person where it gives cover. Raises `Refusal`
    without a reference, `NotAllowed`."""
    payment_outcomes.allowed(operator)
    request = await _open(work, request_id)
    given = _checked(outcome)
    await work.uow.staff.audit(work.now, operator.id, f"insurer.{given.said}", f"request:{request.id}")
    if given.said is not Said.CONFIRMED or request.kind not in GIVES_COVER:
        await _settle(work, request, given)
        return request
    request.payload = request.payload | {
        RECORDED: {
            "said": given.said, "number": given.number, "reason": given.reason, "by": operator.id,
            "by_name": operator.name, "at": work.now.isoformat(),
        }
    }  # fmt: skip
    await work.uow.policies.save_request(request)
    await work.uow.desk.alert(Alert(0, work.now, "insurer_to_sign", None, request.id[:8]))
    work.uow.hint("queue")
    return request


async def _open(work: Work, request_id: RequestId) -> Request:
    request = await work.uow.policies.request(request_id)
    if request.settled:
        raise NotAllowed
    return request


def _checked(outcome: Outcome) -> Outcome:
    number, reason = outcome.number.strip(), outcome.reason.strip()
    if outcome.said not in OUTCOMES or len(reason) > LONGEST_WHY:
        raise Refusal("insuring.bad_outcome", 422)
    if not number or len(number) > LONGEST_REFERENCE:
        raise Refusal("insuring.reference_missing", 422)
    return replace(outcome, number=number, reason=reason)


async def sign(work: Work, request_id: RequestId, operator: Operator, seen: str) -> Request:
    """The second person (`NotAllowed` for the first): now it holds. `seen` is the number they read and agree to."""
    payment_outcomes.allowed(operator)
    request = await _open(work, request_id)
    waits = recorded(request)
    if waits is None or waits["number"] != seen:
        raise NotAllowed
    if waits["by"] == operator.id:
        raise NotAllowed("insuring.same_person")
    await work.uow.staff.audit(work.now, operator.id, "insurer.signed", f"request:{request.id}")
    await _settle(work, request, Outcome(Said(waits["said"]), waits["number"], waits["reason"]))
    return request


async def _settle(work: Work, request: Request, outcome: Outcome) -> None:
    await policies.settle(work, request, Answer(outcome.said, outcome.number, outcome.reason))


async def withdraw(work: Work, request_id: RequestId, operator: Operator) -> Request:
    """A record that does not hold; by whoever sees that it is wrong."""
    payment_outcomes.allowed(operator)
    request = await _open(work, request_id)
    request.payload = {key: value for key, value in request.payload.items() if key != RECORDED}
    await work.uow.policies.save_request(request)
    await work.uow.staff.audit(work.now, operator.id, "insurer.withdrawn", f"request:{request.id}")
    return request


async def ask_now(work: Work, request_id: RequestId, operator: Operator) -> Request:
    """Asked about at once; only what certainly never arrived is sent again, by the runner's own rule."""
    payment_outcomes.allowed(operator)
    request = await _open(work, request_id)
    if request.state is RequestState.DOING:
        raise NotAllowed
    request.due = work.now
    await work.uow.policies.save_request(request)
    await work.uow.staff.audit(work.now, operator.id, "insurer.asked", f"request:{request.id}")
    work.uow.hint("insurers")
    return request


async def unmask(work: Work, policy_id: PolicyId, operator: Operator, reason: str) -> None:
    """For a quarter of an hour this operator reads who is insured; the reason stays with the policy, sealed."""
    if operator.role not in READERS:
        raise NotAllowed
    why = reason.strip()[:LONGEST_WHY]
    if not why:
        raise Refusal("centre.no_reason", 400)
    policy = await work.uow.policies.get(policy_id)
    line = [work.now.isoformat(), operator.id, operator.name, why]
    policy.opened = [*policy.opened, line][-REASONS_KEPT:]
    await work.uow.policies.save(policy)
    await work.uow.staff.audit(work.now, operator.id, "policy.unmask", f"policy:{policy.id}")


def unmasked(policy: Policy, operator: Operator, now: datetime) -> bool:
    """Whether this operator gave a reason a short while ago."""
    mine = [datetime.fromisoformat(at) for at, who, _, _ in policy.opened if who == operator.id]
    return bool(mine) and now < max(mine) + UNMASKED_FOR


def masked(insured: Insured) -> Insured:
    """Enough to tell two people apart, too little to find one: a first letter and last digits."""
    name = insured.name[:1] + "＊" if insured.name else ""
    return replace(
        insured, name=name, document=_tail(insured.document), phone=_tail(insured.phone), born=None
    )


def _tail(text: str) -> str:
    return f"…{text[-4:]}" if len(text) > 4 else "…" if text else ""


async def owed(uow: UnitOfWork, insurers: Sequence[str]) -> list[tuple[str, Money]]:
    """What we hold for each insurer, by currency; nothing is left out, also what is nothing now."""
    found = []
    for insurer in insurers:
        account = premiums.owed_to(insurer)
        for currency in sorted(await uow.ledger.currencies(account)):
            found.append((insurer, -await uow.ledger.balance(account, currency)))
    return found
