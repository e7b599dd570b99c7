"""Units of work over SQL: one transaction, its repositories, and hints once it is committed."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import ports
from backoffice.kernel import errors
from storage import conflict
from storage.assignments import AssignmentRows
from storage.case_papers import CasePaperRows
from storage.case_tasks import RelationRows, TaskRows, TranslationRows
from storage.cases import CaseRows
from storage.centre_rows import CentreRows, TagRows, ViewRows
from storage.checklists import ChecklistRows, MacroRows
from storage.claim_desk import ClaimDeskRows
from storage.claim_links import ClaimLinkRows
from storage.claim_payments import ClaimPaymentRows
from storage.claim_rows import ClaimRows
from storage.considerations import ConsiderationRows
from storage.credentials import CredentialRows
from storage.deadlines import DeadlineRows
from storage.desk import DeskRows
from storage.engine import Database
from storage.enrolment import EnrolmentRows
from storage.enrolment_drills import DrillRows
from storage.enrolment_duty import DutyRows, LinkRows
from storage.envoys import EnvoyRows
from storage.families import FamilyRows
from storage.fetches import FetchRows
from storage.glass import GlassRows
from storage.inbox import InboxRows
from storage.ledger import LedgerRows
from storage.major import MajorRows
from storage.on_call import OnCallRows, StageRows
from storage.order_offers import OfferRows, RatingRows
from storage.orders import OrderRows
from storage.organisations import AuthorisationRows, OrganisationRows
from storage.outbox import OutboxRows
from storage.payers import PayerRows
from storage.payments import PaymentRows
from storage.payouts import PayoutRows
from storage.people import PersonRows
from storage.policies import PolicyRows
from storage.prices import PriceRows
from storage.products import ProductRows
from storage.shifts import ShiftRows
from storage.slips import SlipRows
from storage.staff import StaffRows
from storage.standings import StandingRows
from storage.talk import TalkRows
from storage.vault import Vault
from storage.windows import WindowRows

R = TypeVar("R")


class Hints(Protocol):
    """Where hints go (`ports.Bus`)."""

    async def publish(self, topics: Sequence[str]) -> None: ...


class _Own(Generic[R]):
    """A repository of a unit of work, made when it is first asked for: a turn needs a dozen of fifty."""

    def __init__(self, make: "Callable[[SqlUnitOfWork], R]") -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, uow: "SqlUnitOfWork", _owner: type) -> R:
        made = uow.__dict__[self._name] = self._make(uow)
        return made


def _rows(kind: Callable[[AsyncConnection, Vault, datetime], R]) -> _Own[R]:
    """Most stand on the transaction, the vault and the turn's time."""
    return _Own(lambda uow: kind(uow._conn, uow._vault, uow._now))


class SqlUnitOfWork:
    """`ports.UnitOfWork`, with the rows of the inbox and of WeChat's windows beside it."""

    _conn: AsyncConnection
    _vault: Vault
    _now: datetime

    people = _Own(lambda u: PersonRows(u._conn, u._vault, u._now, looks_ahead=True))
    cases = _rows(CaseRows)
    envoys = _Own(lambda u: EnvoyRows(u._conn, u._vault, u._now, looks_ahead=True))
    assignments = _rows(AssignmentRows)
    standings = _rows(StandingRows)
    considerations = _rows(ConsiderationRows)
    orders = _rows(OrderRows)
    order_offers = _rows(OfferRows)
    order_ratings = _rows(RatingRows)
    enrolments = _rows(EnrolmentRows)
    duties = _rows(DutyRows)
    links = _rows(LinkRows)
    drills = _rows(DrillRows)
    families = _rows(FamilyRows)
    majors = _rows(MajorRows)
    talk = _rows(TalkRows)
    staff = _rows(StaffRows)
    credentials = _rows(CredentialRows)
    organisations = _rows(OrganisationRows)
    authorisations = _rows(AuthorisationRows)
    glasses = _rows(GlassRows)
    desk = _rows(DeskRows)
    on_call = _rows(OnCallRows)
    stages = _rows(StageRows)
    centres = _rows(CentreRows)
    tags = _rows(TagRows)
    views = _rows(ViewRows)
    shifts = _rows(ShiftRows)
    outbox = _Own(lambda u: OutboxRows(u._conn, u._vault, u._now, u.hint))
    deadlines = _Own(lambda u: DeadlineRows(u._conn, u._now))
    inbox = _rows(InboxRows)
    windows = _Own(lambda u: WindowRows(u._conn))
    media = _Own(lambda u: FetchRows(u._conn, u._now))
    ledger = _rows(LedgerRows)
    payments = _rows(PaymentRows)
    payouts = _rows(PayoutRows)
    prices = _rows(PriceRows)
    products = _rows(ProductRows)
    policies = _rows(PolicyRows)
    claim_payments = _rows(ClaimPaymentRows)
    claim_desk = _rows(ClaimDeskRows)
    claim_links = _rows(ClaimLinkRows)
    claims = _rows(ClaimRows)
    slips = _rows(SlipRows)
    payers = _rows(PayerRows)
    checklists = _rows(ChecklistRows)
    macros = _rows(MacroRows)
    tasks = _rows(TaskRows)
    relations = _rows(RelationRows)
    translations = _rows(TranslationRows)
    case_papers = _rows(CasePaperRows)

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn, self._vault, self._now = conn, vault, now
        self.committed = False
        self.hints: dict[str, None] = {}

    def hint(self, topic: str) -> None:
        self.hints[topic] = None

    async def commit(self) -> None:
        """Durable when this returns. The hints go out when the transaction's connection is free again."""
        await self._conn.commit()
        self.committed = True


class SqlStore:
    """`ports.Store` over one database."""

    def __init__(self, database: Database, vault: Vault, bus: Hints) -> None:
        self._database, self._vault, self._bus = database, vault, bus

    def begin(self, now: datetime) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        """One unit of work. Raises `errors.Stale` (run the turn again) and `errors.Unavailable`."""
        return self._begin(now)

    @asynccontextmanager
    async def _begin(self, now: datetime) -> AsyncIterator[SqlUnitOfWork]:
        uow: SqlUnitOfWork | None = None
        try:
            with in_our_words():
                async with self._database.writing() as conn:
                    uow = SqlUnitOfWork(conn, self._vault, now)
                    yield uow
        finally:
            if uow and uow.committed and uow.hints:
                await self._bus.publish(list(uow.hints))


@contextmanager
def in_our_words() -> Iterator[None]:
    """The database's failures as the two the business knows; a programming error stays what it is."""
    try:
        yield
    except (sa.exc.TimeoutError, sa.exc.InterfaceError, OSError) as error:
        raise errors.Unavailable(type(error).__name__) from error
    except sa.exc.DBAPIError as error:
        if conflict.run_again(error):
            raise errors.Stale(conflict.code(error)) from error
        if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
            raise errors.Unavailable(conflict.code(error)) from error
        raise


if TYPE_CHECKING:

    def _fits(store: SqlStore, uow: SqlUnitOfWork) -> tuple[ports.Store, ports.UnitOfWork]:
        """The types say that storage is what the business asks for."""
        return store, uow
