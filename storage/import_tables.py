"""Where an import waits until it is whole: nobody reads these rows but the one statement that takes them over."""

import sqlalchemy as sa

from storage.tables import Id, Sealed
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
