"""Units of work over SQL: one transaction, its repositories, and hints once it is committed."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import ports
from backoffice.kernel import errors
from storage import conflict
from storage.assignments import AssignmentRows
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


class Hints(Protocol):
    """Where hints go (`ports.Bus`)."""

    async def publish(self, topics: Sequence[str]) -> None: ...


class SqlUnitOfWork:
    """`ports.UnitOfWork`, with the rows of the inbox and of WeChat's windows beside it."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn = conn
        self.committed = False
        self.hints: dict[str, None] = {}
        self.people = PersonRows(conn, vault, now)
        self.cases = CaseRows(conn, vault, now)
        self.envoys = EnvoyRows(conn, vault, now)
        self.assignments = AssignmentRows(conn, vault, now)
        self.standings = StandingRows(conn, vault, now)
        self.considerations = ConsiderationRows(conn, vault, now)
        self.orders = OrderRows(conn, vault, now)
        self.order_offers = OfferRows(conn, vault, now)
        self.order_ratings = RatingRows(conn, vault, now)
        self.enrolments = EnrolmentRows(conn, vault, now)
        self.duties = DutyRows(conn, vault, now)
        self.links = LinkRows(conn, vault, now)
        self.drills = DrillRows(conn, vault, now)
        self.families = FamilyRows(conn, vault, now)
        self.majors = MajorRows(conn, vault, now)
        self.talk = TalkRows(conn, vault, now)
        self.staff = StaffRows(conn, vault, now)
        self.credentials = CredentialRows(conn, vault, now)
        self.organisations = OrganisationRows(conn, vault, now)
        self.authorisations = AuthorisationRows(conn, vault, now)
        self.glasses = GlassRows(conn, vault, now)
        self.desk = DeskRows(conn, vault, now)
        self.on_call = OnCallRows(conn, vault, now)
        self.stages = StageRows(conn, vault, now)
        self.centres = CentreRows(conn, vault, now)
        self.tags = TagRows(conn, vault, now)
        self.views = ViewRows(conn, vault, now)
        self.shifts = ShiftRows(conn, vault, now)
        self.outbox = OutboxRows(conn, vault, now, self.hint)
        self.deadlines = DeadlineRows(conn, now)
        self.inbox = InboxRows(conn, vault, now)
        self.windows = WindowRows(conn)
        self.media = FetchRows(conn, now)
        self.ledger = LedgerRows(conn, vault, now)
        self.payments = PaymentRows(conn, vault, now)
        self.payouts = PayoutRows(conn, vault, now)
        self.prices = PriceRows(conn, vault, now)
        self.products = ProductRows(conn, vault, now)
        self.policies = PolicyRows(conn, vault, now)
        self.claim_payments = ClaimPaymentRows(conn, vault, now)
        self.claim_desk = ClaimDeskRows(conn, vault, now)
        self.claim_links = ClaimLinkRows(conn, vault, now)
        self.claims = ClaimRows(conn, vault, now)
        self.slips = SlipRows(conn, vault, now)
        self.payers = PayerRows(conn, vault, now)
        self.checklists = ChecklistRows(conn, vault, now)
        self.macros = MacroRows(conn, vault, now)
        self.tasks = TaskRows(conn, vault, now)
        self.relations = RelationRows(conn, vault, now)
        self.translations = TranslationRows(conn, vault, now)

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
