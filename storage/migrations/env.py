"""Alembic's environment: it runs inside the transaction that `storage.migrate` opened."""

from alembic import context

from storage import (
    access_tables,
    claim_payment_table,
    claim_tables,
    desk_tables,
    dispatch_tables,
    enrolment_tables,
    exchange_tables,
    family_tables,
    import_tables,
    insurance_tables,
    major_tables,
    money_tables,
    on_call_tables,
    order_tables,
    tables,
    types,
)

__all__ = [
    "access_tables",
    "claim_payment_table",
    "claim_tables",
    "desk_tables",
    "dispatch_tables",
    "enrolment_tables",
    "exchange_tables",
    "family_tables",
    "import_tables",
    "insurance_tables",
    "money_tables",
    "major_tables",
    "on_call_tables",
    "order_tables",
    "tables",
]

context.configure(connection=context.config.attributes["connection"], target_metadata=types.metadata)
context.run_migrations()
