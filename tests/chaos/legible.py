"""Two hundred photos of receipts, half of them spoilt in a known way: named with the right fault, or let through."""

from tests.backoffice.adapters import test_legibility
from tests.chaos.report import Figures, Plan, must

PHOTOS, NAMED_LEAST, REFUSED_MOST = 200, 95, 2


async def run(plan: Plan, figures: Figures) -> None:
    """Ten sets of 200, one in the short form; each set has to hold by itself."""
    chance = plan.chance()
    named, refused = [], []
    for _ in range(plan.some(1, 10)):
        right, wrong = test_legibility.counted(chance.getrandbits(32), PHOTOS)
        must(right >= NAMED_LEAST, f"only {right} of {PHOTOS // 2} spoilt photos were named")
        must(wrong <= REFUSED_MOST, f"{wrong} of {PHOTOS // 2} good photos were refused")
        named.append(right)
        refused.append(wrong)
    figures["named_least_of_100"] = min(named)
    figures["good_refused_most_of_100"] = max(refused)
