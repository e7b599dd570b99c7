"""Papers that go with a letter: noted in the turn that promises them, drawn after it from what the database says."""

from datetime import datetime, timedelta

from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import OrderId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message, When
from backoffice.kernel.money import Money
from backoffice.money import statements
from backoffice.orders import rules
from backoffice.orders.model import Order
from backoffice.papers.model import OURS, Account, Booked, Reader, Receipt, WeekStatement
from backoffice.workflows import order_letters, payouts
from backoffice.workflows.work import Work

SOURCE = "papers"
"""Where their files come from, beside the channels (`Expected.expect`)."""
RECEIPT, STATEMENT = "receipt", "statement"
PDF = "application/pdf"
Facts = Receipt | WeekStatement


async def receipt(work: Work, order: Order) -> Media:
    """The receipt of an order that is over, for a letter to its traveller: `replace(message, media=…)`."""
    locale = (await work.uow.people.get(order.customer)).locale
    media = _file(work, f"{RECEIPT}-{order.ref}")
    thread = order_letters.thread(order)
    await work.uow.media.expect(media, thread, SOURCE, f"{RECEIPT}:{order.id}:{locale}")
    return media


async def send_statement(work: Work, person: PersonId, at: datetime) -> None:
    """The envoy's week around `at` as a letter with its paper."""
    reader = await work.uow.people.get(person)
    since, until = statements.week(at, reader.zone)
    media = _file(work, f"{STATEMENT}-{since:%Y-%m-%d}")
    handle = f"{STATEMENT}:{person}:{reader.locale}:{at.isoformat()}"
    await work.uow.media.expect(media, None, SOURCE, handle, person)
    last = When(until - timedelta(seconds=1), reader.zone)
    message = Message("paper.statement_here", {"from": When(since, reader.zone), "to": last}, media=media)
    await work.tell(NewLetter(person, message))


def _file(work: Work, name: str) -> Media:
    return Media(f"{OURS}{work.new_id()}", MediaKind.FILE, f"{name}.pdf", PDF)


async def facts(work: Work, handle: str) -> Facts:
    """What stands on the paper of this handle. Raises `NotFound`."""
    kind, _, rest = handle.partition(":")
    subject, _, more = rest.partition(":")
    if kind == RECEIPT:
        return await _receipt(work, await work.uow.orders.get(OrderId(subject)), more)
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
        minutes=int(order.notes.get("worked", order.minutes)),
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


async def _statement(work: Work, person: PersonId, locale: str, at: datetime) -> WeekStatement:
    reader = await work.uow.people.get(person)
    envoy = await work.uow.envoys.of_person(person)
    found = await payouts.statement(work, person, at)
    since, until = statements.week(at, reader.zone)
    name = envoy.name if envoy else reader.display_name
    accounts = tuple(_account(one) for one in found)
    return WeekStatement(Reader(locale, reader.zone), name, since, until, at, accounts)


def _account(week: statements.Statement) -> Account:
    lines = tuple(Booked(x.at, str(x.what), "", x.amount, x.owed) for x in week.lines)
    return Account(week.opening, lines, week.earned, week.paid, week.closing)
