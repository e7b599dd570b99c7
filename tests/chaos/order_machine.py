"""Orders driven at random for long: one envoy a task, no place before acceptance, books in balance."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.backoffice.orders.machine import OrdersMachine
from tests.chaos.report import Figures, Plan


async def run(plan: Plan, figures: Figures) -> None:
    """Hypothesis finds the steps by itself; what broke is printed as the shortest story that breaks it."""
    examples, steps = plan.some(100, 2_000), plan.some(40, 100)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_drive, examples, steps, plan.short).result()
    figures["examples"], figures["steps each"] = examples, steps


def _drive(examples: int, steps: int, same: bool) -> None:
    given = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=same,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OrdersMachine, settings=given)
