"""Money: the ledger, payments and the orders for them, payouts, prices and rates.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFUSE = "the ledger is append only"
_KEPT = ("ledger_entry", "ledger_posting")


def upgrade() -> None:
    """Make the tables, then the triggers that keep the ledger as it was written."""
    _ledger_balance()
    _ledger_entry()
    _payee()
    _payment()
    _payment_heard()
    _payment_order()
    _payout()
    _price()
    _rate()
    _sos_pay()
    _ledger_posting()
    _append_only()


def downgrade() -> None:
    """Forward only: going back would lose what was paid."""
    raise NotImplementedError


def _append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$"
        )
    for table in _KEPT:
        _keep(table)


def _keep(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        refuse = "EXECUTE FUNCTION ledger_refuse()"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        )


def _ledger_balance() -> None:
    op.create_table(
        "ledger_balance",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("credit >= 0", name=op.f("ck_ledger_balance_not_less_than_nothing")),
        sa.PrimaryKeyConstraint("kind", "owner", "currency", name=op.f("pk_ledger_balance")),
    )


def _ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entry_key")),
    )


def _payee() -> None:
    op.create_table(
        "payee",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_payee")),
    )


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("purpose_kind", sa.String(length=32), nullable=False),
        sa.Column("purpose_subject", sa.String(length=64), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("charged_currency", sa.String(length=3), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("expires_at", types.Utc(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("paid_at", types.Utc(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
        sa.UniqueConstraint("token", name=op.f("uq_payment_token")),
    )
    op.create_index("ix_payment_expiry", "payment", ["status", "expires_at"], unique=False)
    op.create_index("ix_payment_purpose", "payment", ["purpose_kind", "purpose_subject"], unique=False)


def _payment_heard() -> None:
    op.create_table(
        "payment_heard",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("told", sa.String(length=32), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("done_at", types.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_payment_heard")),
        sa.UniqueConstraint("provider", "key", name=op.f("uq_payment_heard_provider_key")),
    )
    op.create_index(
        "ix_payment_heard_due",
        "payment_heard",
        ["due"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _payment_order() -> None:
    op.create_table(
        "payment_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("own_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
    )
    op.create_index("ix_payment_order_due", "payment_order", ["state", "due"], unique=False)
    op.create_index(op.f("ix_payment_order_subject"), "payment_order", ["subject"], unique=False)


def _payout() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.String(length=64), nullable=False),
        sa.Column("second_by", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("paid_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index(op.f("ix_payout_batch"), "payout", ["batch"], unique=False)
    op.create_index(op.f("ix_payout_person"), "payout", ["person"], unique=False)
    op.create_index(op.f("ix_payout_status"), "payout", ["status"], unique=False)
    op.create_index(
        "uq_payout_open",
        "payout",
        ["person", "currency"],
        unique=True,
        sqlite_where=sa.text("status IN ('approved', 'ordered', 'proposed')"),
        postgresql_where=sa.text("status IN ('approved', 'ordered', 'proposed')"),
    )


def _price() -> None:
    op.create_table(
        "price",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("call_out", sa.BigInteger(), nullable=False),
        sa.Column("per_hour", sa.BigInteger(), nullable=False),
        sa.Column("least_minutes", sa.BigInteger(), nullable=False),
        sa.Column("urgent_percent", sa.BigInteger(), nullable=False),
        sa.Column("night_percent", sa.BigInteger(), nullable=False),
        sa.Column("envoy_percent", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sa.UniqueConstraint("kind", "country", "since", name=op.f("uq_price_kind_country_since")),
    )


def _rate() -> None:
    op.create_table(
        "rate",
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("quote", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("base", "quote", "on", name=op.f("pk_rate")),
    )


def _sos_pay() -> None:
    op.create_table(
        "sos_pay",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("call_out", sa.BigInteger(), nullable=False),
        sa.Column("per_hour", sa.BigInteger(), nullable=False),
        sa.Column("per_km", sa.BigInteger(), nullable=False),
        sa.Column("free_km", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sos_pay")),
        sa.UniqueConstraint("country", "since", name=op.f("uq_sos_pay_country_since")),
    )


def _ledger_posting() -> None:
    op.create_table(
        "ledger_posting",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_ledger_posting_something")),
        sa.ForeignKeyConstraint(
            ["entry"], ["ledger_entry.seq"], name=op.f("fk_ledger_posting_entry_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_posting")),
    )
    op.create_index(
        "ix_ledger_posting_account", "ledger_posting", ["kind", "owner", "currency", "at"], unique=False
    )
    op.create_index("ix_ledger_posting_entry", "ledger_posting", ["entry"], unique=False)
