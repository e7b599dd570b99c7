"""An envoy's row: whose key seals the telephone number, and the envoy it tells of."""

from typing import Any

from backoffice.dispatch.model import Envoy
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId
from storage.vault import Sealer

DESK = "staff:desk"

SAME = (
    "person",
    "name",
    "languages",
    "services",
    "on_duty",
    "sex",
    "position_at",
    "synthetic",
    "rating",
    "busy_with",
)
"""Columns that are the attribute as it is."""


def read(row: Any, sealer: Sealer | None) -> Envoy:
    """A row of `envoy` with the desk's key."""
    phone = sealer.open(phone_context(row.id), row.phone).decode() if sealer and row.phone else ""
    return Envoy(
        id=row.id,
        base=Point(row.base_lat, row.base_lon),
        phone=phone,
        position=Point(row.lat, row.lon) if row.lat is not None else None,
        version=row.version,
        **{name: getattr(row, name) for name in SAME},
    )


def phone_context(envoy: EnvoyId) -> str:
    """What a sealed value of this row is bound to."""
    return f"envoy|phone|{envoy}"
