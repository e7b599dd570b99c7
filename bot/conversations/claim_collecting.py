"""Papers of a claim in chat: one after the other by the checklist, photos and PDFs as they come, over days."""

from dataclasses import replace
from datetime import timedelta

from backoffice.claims import checklist, evidence
from backoffice.claims.claim import Claim, Facts
from backoffice.claims.evidence import PaperState
from backoffice.insurance.model import Product
from backoffice.kernel.messages import Day, Listing, MediaKind, Message, Param, Sentence
from backoffice.workflows import claim_evidence, claim_words, claims
from backoffice.workflows.claim_evidence import Offer
from bot.conversations.turn import Turn, choices
from bot.incoming import File

JUST_NOW = timedelta(minutes=30)
"""So long after their last word on a claim an envoy's photo is meant for it and not for the job."""
_TAKEN = frozenset({MediaKind.PHOTO, MediaKind.FILE})


async def proceed(turn: Turn, claim: Claim, *first: Sentence) -> None:
    """Papers that exist are offered once; then each that is missing; then the whole is read back."""
    product = await claims.product_of(turn.work, claim)
    existing = await claim_evidence.existing(turn.work, claim, product)
    if existing:
        await _offer(turn, claim, product, list(existing), first)
        return
    have = await turn.work.uow.claims.papers(claim.id)
    wanted = checklist.unshown(claim, product, have)
    skipped = claim.notes.get(claims.SKIPPED, [])
    left = [name for name in wanted if name not in skipped]
    if left:
        await _ask(turn, claim, product, (left[0], first))
    else:
        await read_back(turn, claim, *first)


async def _offer(
    turn: Turn, claim: Claim, product: Product, offers: list[Offer], first: tuple[Sentence, ...]
) -> None:
    claim.notes = claim.notes | {"offer": [[offer.name, offer.paper] for offer in offers]}
    await claim_evidence.offered(turn.work, claim, offers)
    names = dict.fromkeys(offer.name for offer in offers)
    shown = Listing(tuple(claims.paper_name(product, name, turn.person.locale) for name in names))
    offered = choices(("attach", "button.claim_attach", "1"), ("no", "button.claim_do_not_attach", "2"))
    message = led(Message("claim.existing", {"papers": shown}, offered), first)
    await turn.work.ask(
        claims.about(claim, message), "claim.existing", claim.id, turn.work.now + claims.OPEN_FOR
    )


async def not_answered(turn: Turn, claim: Claim) -> None:
    """An offer that stands open counts as not made: it is made again."""
    open_ = {offer.key for offer in _offers(claim)}
    made = claim.notes.get(claim_evidence.OFFERED, [])
    if open_ and made is not True:
        left = [key for key in made if key not in open_]
        claim.notes = {**claim.notes, "offer": [], claim_evidence.OFFERED: left}
        await claims.save(turn.work, claim)


def _offers(claim: Claim) -> list[Offer]:
    """What was offered last and has no answer yet."""
    return [Offer(*([one] if isinstance(one, str) else one)) for one in claim.notes.get("offer", [])]


def led(message: Message, first: tuple[Sentence, ...]) -> Message:
    """What has happened stands above the question: where nothing has, the question alone."""
    if not first:
        return message
    head, asked = first[0], Sentence(message.key, message.params)
    return replace(message, key=head.key, params=head.params, more=(*first[1:], asked, *message.more))


async def _ask(turn: Turn, claim: Claim, product: Product, wanted: tuple[str, tuple[Sentence, ...]]) -> None:
    """What is sent from here on belongs to this paper."""
    name, first = wanted
    claim.wanted = name
    await claims.touched(turn.work, claim)
    everything = list(checklist.papers(claim, product))
    params: dict[str, Param] = {
        "paper": claims.paper_name(product, name, turn.person.locale),
        "number": everything.index(name) + 1,
        "of": len(everything),
    }
    message = led(Message("claim.paper", params, (claims.DONE, claims.LATER)), first)
    await turn.work.ask(
        claims.about(claim, message), claims.COLLECTED, claim.id, turn.work.now + claims.OPEN_FOR
    )


async def taken(turn: Turn, file: File) -> bool:
    """A photo or PDF for the claim that is being collected; False when there is none, or the file is for others.

    It is acknowledged once it was looked at, an album in one message.
    """
    claim = await collecting(turn)
    if claim is None or turn.media is None:
        return False
    if file.kind not in _TAKEN:
        if file.kind is MediaKind.VIDEO:
            await turn.say("claim.not_this_kind")
        return False
    await claim_evidence.sent(turn.work, claim, turn.media)
    if file.caption:
        await claim_words.keep(turn.work, claim, file.caption)
    turn.quiet = True
    return True


async def collecting(turn: Turn) -> Claim | None:
    """The claim they were last busy with that wants a paper. A rescue comes first, and so does an envoy's job."""
    if await turn.case() is not None:
        return None
    known = await turn.work.uow.claims.of_person(turn.person.id)
    wanting = [claim for claim in known if claim.collecting and claim.wanted]
    if not wanting:
        return None
    claim = max(wanting, key=lambda c: c.touched_at or c.created_at)
    return claim if just_now(turn, claim) or not await _at_work(turn) else None


def just_now(turn: Turn, claim: Claim) -> bool:
    """Whether the claimant is at it: what comes from them is meant for it."""
    return turn.work.now - (claim.touched_at or claim.created_at) < JUST_NOW


async def _at_work(turn: Turn) -> bool:
    from_case = await turn.work.uow.envoys.of_person(turn.person.id)
    return from_case is not None and from_case.busy_with is not None


async def done(turn: Turn, claim: Claim) -> None:
    """ "完成": on to the next paper; nothing sent yet is said, and may be left for later."""
    have = await turn.work.uow.claims.papers(claim.id)
    product = await claims.product_of(turn.work, claim)
    if claim.wanted and not evidence.counts(have, claim.wanted):
        name = claims.paper_name(product, claim.wanted, turn.person.locale)
        offered = choices(("skip", "button.claim_later", "1"))
        message = Message("claim.paper_none_yet", {"paper": name}, offered)
        await turn.work.ask(
            claims.about(claim, message), claims.COLLECTED, claim.id, turn.work.now + claims.OPEN_FOR
        )
        return
    await proceed(turn, claim)


async def skip(turn: Turn, claim: Claim) -> None:
    """This one later; the others now."""
    skipped = [*claim.notes.get(claims.SKIPPED, []), claim.wanted]
    claim.notes = claim.notes | {claims.SKIPPED: skipped}
    await claims.save(turn.work, claim)
    await proceed(turn, claim)


async def attach(turn: Turn, claim: Claim, value: str) -> None:
    """The claimant's yes or no to the papers of the rescue."""
    offers = _offers(claim)
    claim.notes = {**claim.notes, "offer": []}
    await claims.save(turn.work, claim)
    if value == "attach":
        await claim_evidence.attach(turn.work, claim, offers)
    await proceed(turn, claim)


async def later(turn: Turn, claim: Claim) -> None:
    """Kept as it is; what is missing is named. Photos are still taken for the paper that was asked for."""
    await turn.work.uow.talk.close_about(claim.id)
    await claims.touched(turn.work, claim)
    product = await claims.product_of(turn.work, claim)
    missing = await claims.missing(turn.work, claim, product, turn.person.locale)
    if missing and not checklist.untold(claim, product):
        await claims.tell(turn.work, claim, "claim.later", {"missing": Listing(missing)})
    else:
        await claims.tell(turn.work, claim, "claim.kept")


async def read_back(turn: Turn, claim: Claim, *first: Sentence) -> None:
    """Everything in one message before it is handed in."""
    product = await claims.product_of(turn.work, claim)
    day = claim.facts.event_on
    params: dict[str, Param] = {"kind": claims.kind_word(claim), "day": Day(day) if day else ""}
    lines = (*await _who(turn, claim), *_facts(claim), *await _papers(turn, claim, product))
    offered = choices(("hand_in", "button.claim_hand_in", "1"), ("correct", "button.claim_correct", "2"))
    message = led(Message("claim.sure", params, (*offered, claims.LATER), more=lines), first)
    await turn.work.ask(claims.about(claim, message), "claim.sure", claim.id, turn.work.now + claims.OPEN_FOR)


async def _who(turn: Turn, claim: Claim) -> list[Sentence]:
    """Whom it is about, where that could be somebody else."""
    people = (await turn.work.uow.policies.get(claim.policy)).people
    if len(people) < 2 or claim.insured >= len(people):
        return []
    return [Sentence("claim.sure_who", {"name": people[claim.insured].name})]


def _facts(claim: Claim) -> list[Sentence]:
    told = claim.facts
    lines = []
    if told.amount:
        lines.append(Sentence("claim.sure_sum", {"sum": told.amount}))
    if told.others:
        lines.append(Sentence("claim.sure_others", {"sum": told.others}))
    if told.envoy_fee:
        lines.append(Sentence("claim.sure_fee", {"sum": told.envoy_fee}))
    if told.hours is not None:
        lines.append(Sentence("claim.sure_hours", {"hours": told.hours}))
    if told.days is not None:
        lines.append(Sentence("claim.sure_days", {"days": told.days}))
    return lines


async def _papers(turn: Turn, claim: Claim, product: Product) -> list[Sentence]:
    have = await turn.work.uow.claims.papers(claim.id)
    kept = [p for p in have if p.state in (PaperState.WAITING, *evidence.STANDS)]
    lines = []
    beside = [evidence.MORE] if any(paper.name == evidence.MORE for paper in kept) else []
    for name in (*checklist.papers(claim, product), *beside):
        number = sum(paper.name == name for paper in kept)
        shown = claims.paper_name(product, name, turn.person.locale)
        if number:
            lines.append(Sentence("claim.sure_paper", {"paper": shown, "photos": number}))
        else:
            lines.append(Sentence("claim.sure_paper_missing", {"paper": shown}))
    return lines


async def correct(turn: Turn, claim: Claim) -> None:
    """The facts are asked again; papers stay. What came from the rescue's record stays as well."""
    told, again = claim.facts, Facts(envoy_fee=claim.facts.envoy_fee)
    if claim.case is not None:
        again = replace(again, event_on=told.event_on, country=told.country, told=told.told)
    claim.facts = again
    await claims.touched(turn.work, claim)
