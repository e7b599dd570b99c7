"""Papers that go with a letter: noted in the turn that promises them, drawn after it from what the database says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backoffice.cases.model import Entry
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import MediaId, OrderId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message, PlaceWords, When
from backoffice.kernel.money import Money
from backoffice.money import statements
from backoffice.orders import rules
from backoffice.orders.model import Order
from backoffice.papers.model import OURS, Account, Booked, Reader, Receipt, WeekStatement
from backoffice.workflows import order_letters, order_prices, payouts, relay, statement_days
from backoffice.workflows.work import Work

SOURCE = "papers"
"""Where their files come from, beside the channels (`Expected.expect`)."""
RECEIPT, STATEMENT, REPORT = "receipt", "statement", "report"
PDF = "application/pdf"
REPORTED = "order.reported"
"""The timeline's code for a report from the scene; its `entry` is the report's number in the thread."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One report from the scene; `photo` is a stored file."""

    at: datetime
    text: str
    photo: MediaId | None


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """What the report paper tells, its photos still to be opened."""

    reader: Reader
    ref: str
    envoy: str
    place: PlaceWords
    made_at: datetime
    arrived: datetime | None
    seen: tuple[Sight, ...]
    drill: bool


Facts = Receipt | WeekStatement | SceneFacts


async def receipt(work: Work, order: Order) -> Media:
    """The receipt of an order that is over, for a letter to its traveller: `replace(message, media=…)`."""
    locale = (await work.uow.people.get(order.customer)).locale
    media = _file(work, f"{RECEIPT}-{order.ref}")
    thread = order_letters.thread(order)
    await work.uow.media.expect(media, thread, SOURCE, f"{RECEIPT}:{order.id}:{locale}")
    return media


async def report(work: Work, order: Order) -> Media:
    """What the envoy reported from the scene, as a paper for a letter to the traveller."""
    locale = (await work.uow.people.get(order.customer)).locale
    media = _file(work, f"{REPORT}-{order.ref}")
    thread = order_letters.thread(order)
    await work.uow.media.expect(media, thread, SOURCE, f"{REPORT}:{order.id}:{locale}")
    return media


async def reported(work: Work, order: Order) -> bool:
    """Whether the envoy has reported anything yet."""
    return any(event.what == REPORTED for event in await work.uow.orders.events(order.id))


async def send_report(work: Work, order: Order) -> bool:
    """The reports so far as one paper to the traveller, who asked for it; False when there is none yet."""
    if not await reported(work, order):
        return False
    message = Message("paper.report_here", {"ref": order.ref}, media=await report(work, order))
    await work.tell(order_letters.about(order, order.customer, message))
    return True


async def send_statement(
    work: Work, person: PersonId, at: datetime, not_before: datetime | None = None
) -> None:
    """The envoy's week around `at` as a letter with its paper."""
    reader = await _envoy_reader(work, person)
    since, until = statements.week(at, reader.zone)
    media = _file(work, f"{STATEMENT}-{since:%Y-%m-%d}")
    handle = f"{STATEMENT}:{person}:{reader.locale}:{at.isoformat()}"
    await work.uow.media.expect(media, None, SOURCE, handle, person)
    last = When(until - timedelta(seconds=1), reader.zone)
    message = Message("paper.statement_here", {"from": When(since, reader.zone), "to": last}, media=media)
    await work.tell(NewLetter(person, message, not_before=not_before))


async def _envoy_reader(work: Work, person: PersonId) -> Reader:
    """An envoy reads in their own language, in the zone they work in."""
    known = await work.uow.people.get(person)
    envoy = await work.uow.envoys.of_person(person)
    return Reader(known.locale, await statement_days.zone_of(work, envoy) if envoy else known.zone)


def _file(work: Work, name: str) -> Media:
    return Media(f"{OURS}{work.new_id()}", MediaKind.FILE, f"{name}.pdf", PDF)


async def facts(work: Work, handle: str) -> Facts:
    """What stands on the paper of this handle. Raises `NotFound`."""
    kind, _, rest = handle.partition(":")
    subject, _, more = rest.partition(":")
    if kind == RECEIPT:
        return await _receipt(work, await work.uow.orders.get(OrderId(subject)), more)
    if kind == REPORT:
        return await _report(work, await work.uow.orders.get(OrderId(subject)), more)
    if kind == STATEMENT:
        locale, _, at = more.partition(":")
        return await _statement(work, PersonId(subject), locale, datetime.fromisoformat(at))
    raise NotFound


async def _receipt(work: Work, order: Order, locale: str) -> Receipt:
    customer = await work.uow.people.get(order.customer)
    envoy = await order_letters.envoy_of(work, order)
    charged = order.charged or order.price.total
    ended = order.ended_at or order.until
    return Receipt(
        reader=Reader(locale, order.place.zone),
        ref=order.ref,
        made_at=ended,
        kind=order.kind,
        customer=customer.profile.name or customer.display_name,
        envoy=envoy.name if envoy else "",
        place=order.place,
        began=order.started_at or order.start_at,
        ended=ended,
        minutes=int(order.notes.get(order_prices.BILLED, order.notes.get("worked", order.minutes))),
        total=charged,
        in_cny=_in_cny(order, charged),
        paid=order.paid,
        drill=order.drill,
    )


def _in_cny(order: Order, charged: Money) -> Money | None:
    """At the rate that was shown when the order was confirmed."""
    if order.price.in_cny is None or not order.price.total:
        return None
    return order.price.in_cny.part(rules.share_of(charged, order.price.total))


async def _report(work: Work, order: Order, locale: str) -> SceneFacts:
    """Numbers and addresses for paying outside are masked on paper as they were in the chat."""
    events = await work.uow.orders.events(order.id)
    numbers = [int(event.params["entry"]) for event in events if event.what == REPORTED]
    entries = {e.number: e for e in await work.uow.orders.entries(order.id)}
    told = [entries[n] for n in numbers if n in entries]
    if not told:
        raise NotFound
    envoy = await order_letters.envoy_of(work, order)
    seen = tuple(sight(entry, masked=not order.unmasked) for entry in told)
    return SceneFacts(
        reader=Reader(locale, order.place.zone),
        ref=order.ref,
        envoy=envoy.name if envoy else told[-1].name,
        place=replace(order.place, distance=None),
        made_at=told[-1].at,
        arrived=order.arrived_at or order.started_at,
        seen=seen,
        drill=order.drill,
    )


def sight(entry: Entry, *, masked: bool) -> Sight:
    """An entry of a thread as one report; only photos are shown."""
    photo = entry.media is not None and entry.media.kind is MediaKind.PHOTO
    text = relay.mask(entry.text) if masked else entry.text
    return Sight(entry.at, text, MediaId(entry.media.id) if entry.media and photo else None)


async def _statement(work: Work, person: PersonId, locale: str, at: datetime) -> WeekStatement:
    reader = await _envoy_reader(work, person)
    envoy = await work.uow.envoys.of_person(person)
    if envoy is None:
        raise NotFound
    found = await payouts.statement(work, person, at)
    since, until = statements.week(at, reader.zone)
    accounts = tuple(_account(one) for one in found)
    return WeekStatement(replace(reader, locale=locale), envoy.name, since, until, at, accounts)


def _account(week: statements.Statement) -> Account:
    lines = tuple(Booked(x.at, str(x.what), "", x.amount, x.owed) for x in week.lines)
    return Account(week.opening, lines, week.earned, week.paid, week.closing)
