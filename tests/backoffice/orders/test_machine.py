"""Whatever two travellers and three envoys do in whatever order: one envoy, no leak, books in balance.

A few examples; `python -m tests.chaos order_machine` runs 2,000 of 100 steps.
"""

from hypothesis import HealthCheck, settings

from tests.backoffice.orders.machine import OrdersMachine

TestOrders = OrdersMachine.TestCase
TestOrders.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
