"""Whatever two travellers and three envoys do in whatever order: one envoy, no leak, books in balance.

`RESCUE_LONG=1` runs 2,000 examples of 100 steps (`make chaos`); the default is a short form.
"""

import os

from hypothesis import HealthCheck, settings

from tests.backoffice.orders.machine import OrdersMachine

LONG = bool(os.environ.get("RESCUE_LONG"))

TestOrders = OrdersMachine.TestCase
TestOrders.settings = settings(
    max_examples=2_000 if LONG else 12,
    stateful_step_count=100 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
