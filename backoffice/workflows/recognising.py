"""Cover that exists already finds its people: by document, by telephone after a code; and cases find their cover."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from backoffice.insurance import cover
from backoffice.insurance.cover import Fit, Link
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import SHOWN, Insured, Policy, local_day
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.ids import CaseId, OrderId, PersonId
from backoffice.kernel.messages import Message, Urgency
from backoffice.people.model import Person
from backoffice.ports import Alert
from backoffice.ports.insurance import PhoneCode, Proof
from backoffice.workflows.work import Work

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
TRIES_A_DAY = 5
SMS = "sms"
ENDED_SHOWN = timedelta(days=30)
"""Cover that has ended is still shown this long: claims come late."""
_TRIED = "cover_tries"


class TooManyTries(Refusal):
    """Documents and numbers are not guessed here."""

    key = "cover.too_many_tries"


async def mine(work: Work, person: PersonId) -> Sequence[Policy]:
    """What somebody has, had until lately, or has applied for."""
    since = local_day(work.now) - ENDED_SHOWN
    found = await work.uow.policies.of_person(person)
    return [p for p in found if p.status in SHOWN and p.ends >= since]


async def by_document(work: Work, person: Person, document: str, born: date) -> int:
    """Policies whose insured person has this document and this date of birth; how many are theirs now.

    A number alone proves nothing: it stands on every copy of a passport. Raises `TooManyTries`.
    """
    await _count(work, person)
    fits = [one for one in await work.uow.policies.with_document(document) if one[2].born == born]
    if not fits:
        return 0
    if not await work.uow.policies.prove(Proof.DOCUMENT, document, person.id):
        await _anothers(work)
        return 0
    return await _attach(work, person, fits)


async def by_phone(work: Work, person: Person, phone: str) -> int:
    """Policies that name this number, which was proven to be theirs; how many are theirs now."""
    if not await work.uow.policies.prove(Proof.PHONE, phone, person.id):
        await _anothers(work)
        return 0
    return await _attach(work, person, await work.uow.policies.with_phone(phone))


async def _attach(work: Work, person: Person, found: Sequence[tuple[PolicyId, int, Insured]]) -> int:
    taken = [await work.uow.policies.attach(policy, seq, person.id) for policy, seq, _ in found]
    if not all(taken):
        await _anothers(work)
    await work.uow.policies.look_again(person.id)
    return sum(taken)


async def _anothers(work: Work) -> None:
    """Two people claim the same document or number: staff look into it; neither learns of the other."""
    await work.uow.desk.alert(Alert(0, work.now, "cover_claimed_twice", None, ""))
    work.uow.hint("queue")


async def _count(work: Work, person: Person) -> None:
    """At most so many tries a day."""
    session = await work.uow.talk.session(person.id)
    today = local_day(work.now).isoformat()
    day, tries = session.data.get(_TRIED, ["", 0])
    tries = tries + 1 if day == today else 1
    if tries > TRIES_A_DAY:
        raise TooManyTries
    await work.uow.talk.save_session(replace(session, data=session.data | {_TRIED: [today, tries]}))


async def send_code(work: Work, person: Person, phone: str) -> None:
    """Six digits by SMS to the number; codes sent before are worth nothing. Raises `TooManyTries`.

    In a lane of its own: a gateway that does not answer keeps nobody's chat waiting.
    """
    await _count(work, person)
    code = f"{work.world.bits(64) % 10**6:06d}"
    made = PhoneCode(work.new_id(), person.id, phone, code, work.now + CODE_LIVES)
    await work.uow.policies.put_code(made)
    minutes = int(CODE_LIVES.total_seconds() // 60)
    message = Message("cover.code", {"code": code, "minutes": minutes})
    address = Address(SMS, code_address(made.id))
    await work.tell(NewLetter(person.id, message, Urgency.BULK, only=address))


CODES = "code-"


def code_address(code: str) -> str:
    """The address a code's SMS goes to: rows hold no number in plain."""
    return CODES + code


async def typed_code(work: Work, person: Person, code: str) -> int | None:
    """The number is proven: how many policies are theirs now. None for a wrong or old code."""
    known = await work.uow.policies.code_of(person.id)
    if known is None or known.tries >= CODE_TRIES or work.now >= known.until:
        return None
    if known.code != code:
        await work.uow.policies.put_code(replace(known, tries=known.tries + 1))
        return None
    await work.uow.policies.drop_code(person.id)
    return await by_phone(work, person, known.phone)


async def look(work: Work, kind: str, subject: str) -> list[Link]:
    """What covers a case or an order, kept with the time of the look. Outside of the SOS path: a job calls it."""
    person, country = await _of(work, kind, subject)
    found = [
        (policy, await work.uow.products.get(policy.product, policy.edition))
        for policy in await work.uow.policies.of_person(person)
    ]
    links = cover.links(found, work.now, country)
    await work.uow.policies.put_look(kind, subject, links)
    if kind == "case":
        work.uow.hint(f"case:{subject}")
    return links


async def policy_paying(work: Work, kind: str, subject: str, item: str) -> str:
    """The policy that covers this and pays for an item, as it was looked at; "" for none."""
    for link in await work.uow.policies.look(kind, subject) or ():
        policy = await work.uow.policies.get(link.policy)
        product = await work.uow.products.get(policy.product, policy.edition)
        if link.fit is Fit.COVERS and product.item(item):
            return policy.id
    return ""


async def _of(work: Work, kind: str, subject: str) -> tuple[PersonId, str]:
    """Whose cover counts, and in which country ("" where nobody knows)."""
    if kind == "case":
        case = await work.uow.cases.get(CaseId(subject))
        return case.requester, case.place.country if case.place else ""
    if kind == "order":
        order = await work.uow.orders.get(OrderId(subject))
        return order.customer, order.place.country
    raise NotFound
