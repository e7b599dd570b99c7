"""What an envoy can be ordered for, as the reference table names it."""

from functools import cache
from importlib import resources
from typing import Final

import yaml

_EMERGENCY: Final = frozenset({"first_response"})
"""Help on the scene of an emergency is an SOS, never an order."""


@cache
def all_kinds() -> tuple[str, ...]:
    """The ids of the kinds that can be ordered, in the table's order (`data/services.yaml`, envoy.service_kinds)."""
    text = resources.files("backoffice.orders").joinpath("data/services.yaml").read_text("utf-8")
    found = yaml.safe_load(text)["envoy"]["service_kinds"]
    return tuple(kind["id"] for kind in found if kind["id"] not in _EMERGENCY)
