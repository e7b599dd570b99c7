"""Orders driven at random for long: one envoy a task, no place before acceptance, books in balance."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.backoffice.orders.machine import OrdersMachine
from tests.chaos import halves
from tests.chaos.report import Figures, Plan

EXAMPLES, STEPS = 2_000, 100
EACH = 50


async def run(plan: Plan, figures: Figures) -> None:
    """Hypothesis finds the steps by itself; what broke is printed as the shortest story that breaks it."""
    if plan.short:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_drive, 100, 40, None).result()
        figures["examples"], figures["steps each"] = 100, 40
        return
    found = await halves.side_by_side(share, plan.seed, halves.shares(EXAMPLES, EACH))
    figures["examples"] = sum(int(str(each["examples"])) for each in found)
    figures["steps each"] = STEPS


def share(seed_: int, examples: range) -> dict[str, object]:
    """Some of the long form's examples, found from a seed of their own."""
    _drive(len(examples), STEPS, seed_ * 1_000 + examples.start)
    return {"examples": len(examples)}


def _drive(examples: int, steps: int, chance: int | None) -> None:
    """`chance` None: the same examples every time."""
    given = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=chance is None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    machine = OrdersMachine if chance is None else seed(chance)(OrdersMachine)
    run_state_machine_as_test(machine, settings=given)
