"""A policy's life after it was applied for: the insurer's yes or no, giving up, a longer stay."""

from collections.abc import Mapping
from datetime import date, timedelta

from backoffice.insurance import policies as rules
from backoffice.insurance import pricing
from backoffice.insurance.model import Product
from backoffice.insurance.policies import (
    Answer,
    Change,
    Policy,
    PolicyStatus,
    Request,
    RequestKind,
    Said,
    Source,
    TooLate,
    local_day,
)
from backoffice.insurance.pricing import Trip
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Day, Param
from backoffice.kernel.money import Money
from backoffice.money.model import PaymentId, Purpose
from backoffice.ports import Alert
from backoffice.workflows import certificates, insurer_requests, payments, policy_letters, premiums
from backoffice.workflows.insurer_requests import Effect, NotSettled
from backoffice.workflows.work import Work


class NotOurs(Refusal):
    """The policy came from elsewhere: only those who made it can change it."""

    key = "cover.not_bought_here"


async def of_holder(work: Work, person: PersonId, policy: str) -> Policy:
    """A policy of theirs. Raises `NotFound` for another's."""
    found = next((p for p in await work.uow.policies.of_person(person) if p.id == policy), None)
    if found is None:
        raise NotFound
    return found


async def product_of(work: Work, policy: Policy) -> Product:
    return await work.uow.products.get(policy.product, policy.edition)


async def settle(work: Work, request: Request, answer: Answer) -> None:
    """What an insurer says of a request."""
    await insurer_requests.settle(work, request, answer, EFFECTS)


async def _issued(work: Work, policy: Policy, _request: Request, answer: Answer) -> None:
    """Covered from here on: the number, the paper, the money shared out."""
    policy.number, policy.confirmed_at = await _make_room(work, policy, answer.number), work.now
    policy.move(PolicyStatus.CONFIRMED)
    await work.uow.policies.save(policy)
    for payment in policy.payments:
        await premiums.share_out(work, policy, payment)
    await _looked_at_anew(work, policy)
    product = await product_of(work, policy)
    until = policy.confirmed_at + timedelta(days=product.cooling_days)
    last = min(local_day(until) - timedelta(days=1), policy.starts - timedelta(days=1))
    cooling: dict[str, Param] = {"until": Day(last)}
    await policy_letters.tell(
        work, policy, "cover.confirmed", cooling, await certificates.expect(work, policy)
    )


async def _make_room(work: Work, policy: Policy, number: str) -> str:
    """The insurer's own list may have told us of this policy before its answer: that copy gives way.

    A number it gave to two policies bought here is its mistake: both are covered, staff have it put right.
    """
    twin = await work.uow.policies.with_number(policy.insurer, number)
    if twin is None or twin.id == policy.id:
        return number
    if twin.source is Source.BOUGHT:
        await work.uow.desk.alert(
            Alert(0, work.now, "policy_number_twice", None, f"{policy.insurer} {number}")
        )
        work.uow.hint("queue")
        return f"{number[:100]}~{policy.id[:8]}"
    twin.number = f"{number[:100]}~{twin.id[:8]}"
    if twin.status is PolicyStatus.CONFIRMED:
        twin.move(PolicyStatus.CANCELLED)
    await work.uow.policies.save(twin)
    return number


async def _looked_at_anew(work: Work, policy: Policy) -> None:
    people = {insured.person for insured in policy.people if insured.person} | {policy.holder}
    for person in people:
        if person is not None:
            await work.uow.policies.look_again(person)


async def _not_issued(work: Work, policy: Policy, _request: Request, answer: Answer) -> None:
    policy.reason = answer.reason[:500]
    policy.move(PolicyStatus.REFUSED)
    await work.uow.policies.save(policy)
    for payment in policy.payments:
        await premiums.give_back_held(work, payment)
    await _looked_at_anew(work, policy)
    await _tell_refusal(work, policy, ("cover.refused", "cover.refused_because"), answer)


async def _tell_refusal(work: Work, policy: Policy, keys: tuple[str, str], answer: Answer) -> None:
    """Without a reason, or with the insurer's own where it gave one."""
    plain, because = keys
    if answer.reason:
        await policy_letters.tell(work, policy, because, {"reason": answer.reason[:300]})
    else:
        await policy_letters.tell(work, policy, plain)


async def _changed(work: Work, policy: Policy, _request: Request, _answer: Answer) -> None:
    change = policy.change
    if change is None:
        return
    policy.ends, policy.premium = change.ends, policy.premium + change.premium
    policy.payments, policy.change = [*policy.payments, *filter(None, [change.payment])], None
    await work.uow.policies.save(policy)
    if change.payment:
        await premiums.share_out(work, policy, change.payment)
    await _looked_at_anew(work, policy)
    await policy_letters.tell(work, policy, "cover.changed", media=await certificates.expect(work, policy))


async def _not_changed(work: Work, policy: Policy, _request: Request, answer: Answer) -> None:
    change, policy.change = policy.change, None
    await work.uow.policies.save(policy)
    if change is not None and change.payment:
        await premiums.give_back_held(work, change.payment)
    await _tell_refusal(work, policy, ("cover.change_refused", "cover.change_refused_because"), answer)


async def _cancelled(work: Work, policy: Policy, _request: Request, _answer: Answer) -> None:
    policy.move(PolicyStatus.CANCELLED)
    await work.uow.policies.save(policy)
    back = policy.refund or Money(0, policy.premium.currency)
    if back:
        await premiums.give_back_shared(work, policy, back)
    await _looked_at_anew(work, policy)
    await policy_letters.tell(work, policy, "cover.cancelled", {"refund": back})


async def _not_cancelled(work: Work, policy: Policy, _request: Request, answer: Answer) -> None:
    policy.refund = None
    policy.move(PolicyStatus.CONFIRMED)
    await work.uow.policies.save(policy)
    await _tell_refusal(work, policy, ("cover.cancel_refused", "cover.cancel_refused_because"), answer)


EFFECTS: Mapping[tuple[RequestKind, Said], Effect] = {
    (RequestKind.ISSUE, Said.CONFIRMED): _issued,
    (RequestKind.ISSUE, Said.REFUSED): _not_issued,
    (RequestKind.CHANGE, Said.CONFIRMED): _changed,
    (RequestKind.CHANGE, Said.REFUSED): _not_changed,
    (RequestKind.CANCEL, Said.CONFIRMED): _cancelled,
    (RequestKind.CANCEL, Said.REFUSED): _not_cancelled,
}


async def refund_now(work: Work, policy: Policy) -> Money:
    """What giving it up now brings back. Raises `NotOurs`, `NotSettled`, `TooLate`."""
    if policy.source is not Source.BOUGHT:
        raise NotOurs
    if policy.status is PolicyStatus.UNPAID:
        return Money(0, policy.premium.currency)
    if policy.status is not PolicyStatus.CONFIRMED or policy.change is not None:
        raise NotSettled
    return rules.refund_for(policy, await product_of(work, policy), work.now)


async def cancel(work: Work, policy: Policy, shown: Money) -> bool:
    """Given up for the sum that was shown; False when it has changed since. Covered until the insurer agrees."""
    back = await refund_now(work, policy)
    if back != shown:
        return False
    if policy.status is PolicyStatus.UNPAID:
        policy.move(PolicyStatus.CANCELLED)
        await work.uow.policies.save(policy)
        for payment in await work.uow.payments.of(Purpose(premiums.POLICY, policy.id)):
            await payments.cancel(work, PaymentId(payment.id))
        await policy_letters.tell(work, policy, "cover.given_up")
        return True
    policy.refund = back
    policy.move(PolicyStatus.CANCELLING)
    await work.uow.policies.save(policy)
    payload = {"refund": back.minor, "currency": back.currency}
    await insurer_requests.ask(work, policy, RequestKind.CANCEL, payload)
    await policy_letters.tell(work, policy, "cover.cancel_applied", {"refund": back})
    return True


async def longer(work: Work, policy: Policy, days: int) -> tuple[date, Money]:
    """The new last day and what it costs more. Raises `NotOurs`, `NotSettled`, `TooLate`, `pricing.NotSold`."""
    if policy.source is not Source.BOUGHT:
        raise NotOurs
    if policy.status is not PolicyStatus.CONFIRMED or policy.change is not None:
        raise NotSettled
    if local_day(work.now) > policy.ends:
        raise TooLate
    product = await product_of(work, policy)
    ages = tuple(pricing.age_on(p.born, policy.starts) if p.born else 30 for p in policy.people)
    ends = policy.ends + timedelta(days=days)
    trip = Trip(policy.starts, ends, policy.countries, ages, policy.sports)
    now = pricing.premium(product, Trip(policy.starts, policy.ends, policy.countries, ages, policy.sports))
    return ends, pricing.premium(product, trip).total - now.total


async def extend(work: Work, policy: Policy, days: int, shown: Money) -> bool:
    """Asked for at the price that was shown; the old last day holds until the insurer has agreed."""
    ends, more = await longer(work, policy, days)
    if more != shown or more.minor < 0:
        return False
    if not more:
        policy.change = Change(ends, more, paid=True)
        await work.uow.policies.save(policy)
        await insurer_requests.ask(work, policy, RequestKind.CHANGE, {"ends": ends.isoformat()})
        await policy_letters.tell(work, policy, "cover.change_applied")
        return True
    payment = await premiums.ask(work, policy, premiums.CHANGE, more)
    policy.change = Change(ends, more, payment.id)
    await work.uow.policies.save(policy)
    return True
