"""Beginning a claim: of a rescue that is on record or of something else, what kind, and the claimant's yes."""

from dataclasses import replace
from typing import Any

from backoffice.claims import kinds
from backoffice.claims.kinds import ClaimKind
from backoffice.insurance.model import Product
from backoffice.insurance.policies import Policy, local_day
from backoffice.kernel.messages import Choice, Day, Listing, Message, Param, Sentence, Term
from backoffice.workflows import claim_evidence, claims, policies
from bot.conversations import claim_facts
from bot.conversations.turn import Turn, choices

SESSION_KEY = "claim"
STEPS = frozenset({"who", "from_case", "kind", "agree"})
PEOPLE_MOST = 20
"""So many people a policy bought here has at most."""


async def policy_known(turn: Turn, policy: Policy) -> None:
    """Whom it is about first, where its holder insured more than one: limits and excess are each person's own."""
    await _keep(turn, {"policy": policy.id})
    if policy.holder == turn.person.id and len(policy.people) > 1:
        await _ask_who(turn, policy)
    else:
        await _what(turn, policy)


async def _ask_who(turn: Turn, policy: Policy) -> None:
    people = list(enumerate(policy.people[:PEOPLE_MOST], 1))
    lines = tuple(Sentence("claim.who_line", {"index": n, "name": one.name}) for n, one in people)
    offered = tuple(Choice(str(n - 1), f"button.claim_person_{n}", str(n)) for n, _ in people)
    await turn.ask(Message("claim.who", choices=offered, more=lines), "claim.who")


async def _what(turn: Turn, policy: Policy) -> None:
    """A rescue on record is offered: with it nothing has to be typed again."""
    case = await claim_evidence.case_for(turn.work, turn.person.id, policy)
    if case is None:
        await _ask_kind(turn, policy)
        return
    params: dict[str, Param] = {"case": case.ref, "day": Day(local_day(case.opened_at))}
    offered = choices((case.id, "button.claim_from_case", "1"), ("no", "button.claim_other_matter", "2"))
    await turn.ask(Message("claim.from_case", params, offered), "claim.from_case")


async def _ask_kind(turn: Turn, policy: Policy) -> None:
    product = await policies.product_of(turn.work, policy)
    offered = tuple(
        Choice(str(kind), f"claim_kind.{kind}", str(n)) for n, kind in enumerate(kinds.offered(product), 1)
    )
    params: dict[str, Param] = {"product": _named(turn, product)}
    await turn.ask(Message("claim.kind", params, offered), "claim.kind")


def _named(turn: Turn, product: Product) -> str:
    return claims.product_name(product, turn.person.locale)


async def chosen(turn: Turn, step: str, value: str) -> None:
    """One of the first answers."""
    kept = await _kept(turn)
    policy = await policies.of_holder(turn.work, turn.person.id, kept.get("policy", ""))
    if step == "who":
        await _keep(turn, kept | {"insured": int(value)})
        await _what(turn, policy)
    elif step == "from_case":
        await _matter(turn, policy, value, kept)
    elif step == "kind":
        await _keep(turn, kept | {"kind": value})
        await _ask_agreement(turn, policy, ClaimKind(value))
    elif value == "agree":
        await _begin(turn, policy, kept)
    else:
        await _keep(turn, {})
        await turn.say("claim.not_begun")


async def _matter(turn: Turn, policy: Policy, value: str, kept: dict[str, Any]) -> None:
    if value == "no":
        await _ask_kind(turn, policy)
        return
    await _keep(turn, kept | {"case": value, "kind": ClaimKind.RESCUE})
    await _ask_agreement(turn, policy, ClaimKind.RESCUE)


async def _ask_agreement(turn: Turn, policy: Policy, kind: ClaimKind) -> None:
    """What the terms ask for and who sees it stands before the yes."""
    product = await policies.product_of(turn.work, policy)
    wanted: dict[str, None] = {}
    for item in kinds.items(kind, product):
        wanted |= dict.fromkeys(item.papers)
    papers = tuple(claims.paper_name(product, name, turn.person.locale) for name in wanted)
    params: dict[str, Param] = {
        "kind": Term(f"claim_kind.{kind}"),
        "papers": Listing(papers),
        "insurer": product.insurer_name(turn.person.locale),
    }
    offered = choices(("agree", "button.claim_agree", "1"), ("refuse", "button.claim_not_now", "2"))
    await turn.ask(Message("claim.agree", params, offered), "claim.agree")


async def _begin(turn: Turn, policy: Policy, kept: dict[str, Any]) -> None:
    """From the yes on there is a claim."""
    await _keep(turn, {})
    kind = ClaimKind(kept["kind"])
    claim = await claims.begin(turn.work, turn.person.id, policy, kind, _zone(turn))
    claim.agreed_at = turn.work.now
    if "insured" in kept:
        claim.insured = kept["insured"]
    case = await claim_evidence.case_for(turn.work, turn.person.id, policy) if "case" in kept else None
    if case is not None and case.id == kept["case"]:
        await claim_evidence.take_over(turn.work, claim, case)
    else:
        await claims.save(turn.work, claim)
    await claims.remind_later(turn.work, claim)
    await claim_facts.proceed(turn, claim, Sentence("claim.begun", {"ref": claim.ref}))


def _zone(turn: Turn) -> str:
    """Where they were last: whose day it is when they file."""
    return turn.person.zone or "Asia/Shanghai"


async def _kept(turn: Turn) -> dict[str, Any]:
    session = await turn.work.uow.talk.session(turn.person.id)
    return dict(session.data.get(SESSION_KEY) or {})


async def _keep(turn: Turn, what: dict[str, Any]) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {SESSION_KEY: what}))
