"""Tables of money: the ledger (append only), payments, orders to providers, payouts, prices and rates."""

import sqlalchemy as sa

from backoffice.money.accounts import AccountKind, Operation
from backoffice.money.model import OrderKind, OrderState, PaymentStatus, Told
from backoffice.money.payouts import OPEN, PayoutStatus
from backoffice.money.slips import SlipKind, SlipStatus, Way
from storage.types import BigSerial, Json, Utc, enum_column, metadata

Id = sa.String(64)
_Currency = sa.String(3)


def _sum() -> tuple[sa.Column[int], sa.Column[str]]:
    return (
        sa.Column("minor", sa.BigInteger, nullable=False),
        sa.Column("currency", _Currency, nullable=False),
    )


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False)


ledger_entry = sa.Table(
    "ledger_entry",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("what", enum_column(Operation), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
)

ledger_posting = sa.Table(
    "ledger_posting",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("entry", sa.BigInteger, sa.ForeignKey("ledger_entry.seq"), nullable=False),
    sa.Column("kind", enum_column(AccountKind), nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    *_sum(),
    sa.CheckConstraint("minor <> 0", name="something"),
    sa.Index("ix_ledger_posting_account", "kind", "owner", "currency", "at"),
    sa.Index("ix_ledger_posting_entry", "entry"),
)
"""Positive debits, negative credits. Triggers refuse UPDATE and DELETE on both tables."""

ledger_balance = sa.Table(
    "ledger_balance",
    metadata,
    sa.Column("kind", enum_column(AccountKind), primary_key=True),
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("currency", _Currency, primary_key=True),
    sa.Column("credit", sa.BigInteger, nullable=False),
    sa.CheckConstraint("credit >= 0", name="not_less_than_nothing"),
)
"""Guarded accounts only: what the postings add up to, kept so that two at once cannot both spend it."""

payment = sa.Table(
    "payment",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("purpose_kind", sa.String(32), nullable=False),
    sa.Column("purpose_subject", Id, nullable=False),
    sa.Column("payer", Id, nullable=False),
    *_sum(),
    sa.Column("charged_minor", sa.BigInteger, nullable=False),
    sa.Column("charged_currency", _Currency, nullable=False),
    sa.Column("provider", sa.String(32), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("token", sa.String(64), nullable=False, unique=True),
    sa.Column("status", enum_column(PaymentStatus), nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("paid_at", Utc),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("how", Json, nullable=False),
    _version(),
    sa.Index("ix_payment_purpose", "purpose_kind", "purpose_subject"),
    sa.Index("ix_payment_expiry", "status", "expires_at"),
)

payment_order = sa.Table(
    "payment_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", enum_column(OrderKind), nullable=False),
    sa.Column("subject", Id, nullable=False, index=True),
    sa.Column("person", Id, nullable=False),
    sa.Column("provider", sa.String(32), nullable=False),
    *_sum(),
    sa.Column("own_minor", sa.BigInteger, nullable=False),
    sa.Column("own_currency", _Currency, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("state", enum_column(OrderState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    _version(),
    sa.Index("ix_payment_order_due", "state", "due"),
)
"""`due`: when it is next sent or asked about; while it is `doing`, when its lease ends."""

payment_heard = sa.Table(
    "payment_heard",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("provider", sa.String(32), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("kind", enum_column(OrderKind), nullable=False),
    sa.Column("subject", Id, nullable=False),
    sa.Column("told", enum_column(Told), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("minor", sa.BigInteger),
    sa.Column("currency", _Currency),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("done_at", Utc),
    sa.UniqueConstraint("provider", "key"),
)
_unheard = payment_heard.c.done_at.is_(None)
sa.Index("ix_payment_heard_due", payment_heard.c.due, sqlite_where=_unheard, postgresql_where=_unheard)

payout = sa.Table(
    "payout",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("batch", Id, nullable=False, index=True),
    sa.Column("person", Id, nullable=False, index=True),
    sa.Column("provider", sa.String(32), nullable=False),
    sa.Column("private", sa.LargeBinary, nullable=False),
    *_sum(),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("proposed_by", Id, nullable=False),
    sa.Column("status", enum_column(PayoutStatus), nullable=False, index=True),
    sa.Column("first_by", Id, nullable=False),
    sa.Column("second_by", Id, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("paid_at", Utc),
    _version(),
)
_open = payout.c.status.in_(sorted(status.value for status in OPEN))
sa.Index(
    "uq_payout_open",
    payout.c.person,
    payout.c.currency,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
"""Name, telephone and account of the payee are sealed."""

payee = sa.Table(
    "payee",
    metadata,
    sa.Column("person", Id, primary_key=True),
    sa.Column("provider", sa.String(32), nullable=False),
    sa.Column("private", sa.LargeBinary, nullable=False),
)


money_slip = sa.Table(
    "money_slip",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", enum_column(SlipKind), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    *_sum(),
    sa.Column("way", enum_column(Way), nullable=False),
    sa.Column("reference", sa.String(128), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("why", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("by_name", sa.String(128), nullable=False),
    sa.Column("status", enum_column(SlipStatus), nullable=False),
    sa.Column("second_by", Id, nullable=False),
    sa.Column("second_name", sa.String(128), nullable=False),
    sa.Column("booked_at", Utc),
    _version(),
    sa.Index("ix_money_slip_status", "status", "created_at"),
    sa.Index("ix_money_slip_subject", "subject"),
)
sa.Index(
    "uq_money_slip_once",
    money_slip.c.kind,
    money_slip.c.subject,
    money_slip.c.reference,
    unique=True,
    sqlite_where=money_slip.c.status != SlipStatus.DROPPED.value,
    postgresql_where=money_slip.c.status != SlipStatus.DROPPED.value,
)
"""What was written down wrongly and dropped may be written down again."""


def _held() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )


def _minor(*names: str) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.BigInteger, nullable=False) for name in names)


price = sa.Table(
    "price",
    metadata,
    sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("currency", _Currency, nullable=False),
    *_minor("call_out", "per_hour", "least_minutes", "urgent_percent", "night_percent", "envoy_percent"),
    *_held(),
    sa.UniqueConstraint("kind", "country", "since"),
)

sos_pay = sa.Table(
    "sos_pay",
    metadata,
    sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("currency", _Currency, nullable=False),
    *_minor("call_out", "per_hour", "per_km", "free_km"),
    *_held(),
    sa.UniqueConstraint("country", "since"),
)

rate = sa.Table(
    "rate",
    metadata,
    sa.Column("base", _Currency, primary_key=True),
    sa.Column("quote", _Currency, primary_key=True),
    sa.Column("on", sa.Date, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""`value` is a decimal number as written: no database rounds it."""
