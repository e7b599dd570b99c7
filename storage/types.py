"""Column types both databases share, and the one `MetaData` every table belongs to."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970, exact. Raises ValueError for a moment without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset cannot be stored")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The inverse of `to_micros`; aware, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


class Utc(TypeDecorator[datetime]):
    """An aware moment: `timestamptz` on PostgreSQL, integer microseconds on SQLite (which drops offsets)."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return from_micros(to_micros(value))
        return to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_micros(value)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self


Json = sa.JSON(none_as_null=True)
"""Small open-ended values. Whole values are written, never changed in place."""

BigSerial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A growing row number: SQLite autoincrements only a column of type INTEGER."""


def enum_column(kind: type[StrEnum]) -> sa.Enum:
    """A status stored by its VALUE in a plain string, read back as its enum."""
    return sa.Enum(
        kind,
        values_callable=_values,
        native_enum=False,
        create_constraint=False,
        length=32,
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]
