"""Papers of a rescue that is over: what its envoys cost, and what they reported from the scene."""

from collections.abc import Sequence
from dataclasses import replace

from backoffice.cases.model import Audience, Case, Entry
from backoffice.dispatch.model import Assignment, AssignmentStatus
from backoffice.kernel.errors import NotFound
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import MediaKind, PlaceWords, Role
from backoffice.kernel.money import Money, total
from backoffice.money import ledger
from backoffice.papers.model import Reader, Receipt
from backoffice.workflows import papers, relay
from backoffice.workflows.papers import SceneFacts
from backoffice.workflows.work import Work

RECEIPT, REPORT = "case_receipt", "case_report"
_DONE = AssignmentStatus.DONE
_ARRIVED = "job." + AssignmentStatus.ARRIVED
"""The timeline's word for it."""
PHOTOS_MOST = 12


def ours(handle: str) -> bool:
    """Whether a handle of `papers.SOURCE` is one of these."""
    return handle.startswith((RECEIPT + ":", REPORT + ":"))


def handle(kind: str, case: Case, locale: str) -> str:
    return f"{kind}:{case.id}:{locale}"


async def facts(work: Work, handle: str) -> Receipt | SceneFacts:
    """What stands on the paper of this handle. Raises `NotFound`."""
    kind, case_id, locale = handle.split(":")
    case = await work.uow.cases.get(CaseId(case_id))
    reader = Reader(locale, work.zone(case))
    return await (_receipt if kind == RECEIPT else _report)(work, case, reader)


async def fee(work: Work, case: Case) -> Money | None:
    """What the envoys of a case earned by it, as booked; None where nothing was."""
    found: list[Money] = []
    for assignment in await _done(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        account = ledger.payable(envoy.person)
        lines = await work.uow.ledger.lines(account, case.opened_at, work.now)
        found += [-line.amount for line in lines if line.subject == f"sos:{case.id}"]
    currencies = {each.currency for each in found}
    return total(found, currencies.pop()) if len(currencies) == 1 else None


async def _done(work: Work, case: Case) -> Sequence[Assignment]:
    found = await work.uow.assignments.of_case(case.id)
    seen: dict[str, Assignment] = {a.envoy: a for a in found if a.status is _DONE}
    return list(seen.values())


async def reported(work: Work, case: Case) -> Sequence[Entry]:
    """What envoys wrote and photographed for the parties, oldest first."""
    entries = await work.uow.cases.entries(case.id)
    return [
        e
        for e in entries
        if e.role is Role.ENVOY and e.audience is Audience.PARTIES and (e.text or _photo(e))
    ]


def _photo(entry: Entry) -> bool:
    return entry.media is not None and entry.media.kind is MediaKind.PHOTO


async def _receipt(work: Work, case: Case, reader: Reader) -> Receipt:
    cost, done = await fee(work, case), await _done(work, case)
    if cost is None or case.place is None:
        raise NotFound
    names = [(await work.uow.envoys.get(assignment.envoy)).name for assignment in done]
    began = min(a.answered_at or case.opened_at for a in done)
    ended = case.closed_at or work.now
    customer = await work.uow.people.get(case.requester)
    return Receipt(
        reader=reader,
        ref=case.ref,
        made_at=ended,
        kind="sos",
        customer=customer.profile.name or customer.display_name,
        envoy=", ".join(names),
        place=_city(case.place),
        began=began,
        ended=ended,
        minutes=int((ended - began).total_seconds() // 60),
        total=cost,
        advanced=True,
        drill=case.drill,
    )


async def _report(work: Work, case: Case, reader: Reader) -> SceneFacts:
    told = await reported(work, case)
    if not told or case.place is None:
        raise NotFound
    arrived = [e.at for e in await work.uow.cases.events(case.id) if e.what == _ARRIVED]
    photos = 0
    seen = []
    for entry in told:
        photos += _photo(entry)
        shown = replace(entry, media=None) if photos > PHOTOS_MOST else entry
        seen.append(papers.sight(replace(shown, text=relay.mask(shown.text)), masked=False))
    return SceneFacts(
        reader=reader,
        ref=case.ref,
        envoy=", ".join(dict.fromkeys(entry.name for entry in told)),
        place=_city(case.place),
        made_at=told[-1].at,
        arrived=min(arrived, default=None),
        seen=tuple(seen),
        drill=case.drill,
    )


def _city(place: PlaceWords) -> PlaceWords:
    """To the city: an exact place is behind its seal."""
    return replace(place, distance=None)
