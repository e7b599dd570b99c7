"""Where an import of envoys waits until it is whole, and which one is true but not yet wholly moved."""

import sqlalchemy as sa

from storage.import_batches import batch_row
from storage.tables import Id, Sealed, envoy
from storage.types import Json, Utc, metadata

envoy_import = sa.Table(
    "envoy_import",
    metadata,
    sa.Column("batch", Id, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("staged_at", Utc, nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(128), nullable=False),
    sa.Column("known_person", Id, nullable=False),
    sa.Column("known_envoy", Id, nullable=False),
    sa.Column("person", Id, nullable=False),
    sa.Column("key_id", sa.LargeBinary(8), nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("profile", Sealed, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False),
    sa.Column("envoy", Id, nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("languages", Json, nullable=False),
    sa.Column("services", Json, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("on_duty", sa.Boolean, nullable=False),
    sa.Column("phone", Sealed),
    sa.Column("sex", sa.String(16), nullable=False),
    sa.Column("transport", sa.String(32), nullable=False),
)
"""`known_*` are who the address belonged to when the row was staged, empty for nobody; `person` and `envoy` are the
ids the row will have: the known ones, or new ones."""

sa.Index("ix_envoy_import_address", envoy_import.c.address, envoy_import.c.channel)
sa.Index("ix_envoy_import_person", envoy_import.c.person)
sa.Index("ix_envoy_import_envoy", envoy_import.c.envoy)

envoy_batch = batch_row("envoy_batch")

LISTED = sa.or_(
    envoy.c.arrived_with.is_(None),
    envoy.c.arrived_with.not_in(sa.select(envoy_batch.c.batch).where(~envoy_batch.c.done)),
)
"""For lists of envoys: newcomers of an import stand in them all at once, when the last one is moved."""
