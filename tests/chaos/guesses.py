"""Guesses at the families' page: nothing is found, guessing is slowed, and the true link is never refused.

The true token is asked for all the while, from the same address as the guesses.
"""

import asyncio
import random
from collections import Counter

from storage import migrate
from tests import house as house_
from tests.chaos import databases
from tests.chaos.report import Figures, Plan, must
from tests.clocks import FakeClock
from tests.house import House
from tests.journeys import families
from tests.journeys.families import Page

AT_ONCE, TRUE_EVERY = 16, 100


async def run(plan: Plan, figures: Figures) -> None:
    """10,000 requests in the long form."""
    requests = plan.some(1_600, 10_000)
    async with databases.folder() as folder:
        url = f"sqlite+aiosqlite:///{folder}/rescue.db"
        await migrate.upgrade(url)
        async with house_.opened(url, folder / "data", FakeClock()) as house:
            found = await _asked(house, requests, plan.chance())
    figures["requests"] = requests
    for kind in ("guess 404", "guess 429", "true 200", "leaks"):
        figures[kind] = found[kind]
    _judge(found)


async def _asked(house: House, requests: int, chance: random.Random) -> Counter[str]:
    anna = await house.telegram("Anna")
    await families.helped(house, anna)
    true = Page(house, await families.invited(house, anna, "Mum", "safe", "exact"))
    found, shown = Counter[str](), await true.opened()
    must("13.7563" in shown, "the true page shows the place")
    shares = (_guess(house, true, found, (requests // AT_ONCE, chance.random())) for _ in range(AT_ONCE))
    await asyncio.gather(*shares)
    return found


async def _guess(house: House, true: Page, found: Counter[str], share: tuple[int, float]) -> None:
    """One guesser's share; every hundredth is the true token."""
    count, chance = share[0], random.Random(share[1])
    for number in range(count):
        page = true if number % TRUE_EVERY == 0 else Page(house, _token(chance))
        status, body = await page.get()
        found[f"{'true' if page is true else 'guess'} {status}"] += 1
        if page is not true:
            said = body.replace(page.token, "")  # the guess itself may hold any word
            found["leaks"] += "Bangkok" in said or "13.7563" in said or "Mum" in said
            found[f"answer {hash(said)}"] += 1


def _token(chance: random.Random) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(chance.choices(alphabet, k=43))


def _judge(found: Counter[str]) -> None:
    answers = [key for key in found if key.startswith("answer ")]
    must(found["leaks"] == 0, f"{found['leaks']} guesses were told something")
    must(len(answers) == 1, f"{len(answers)} different answers to guesses")
    must(found["guess 429"] > found["guess 404"] > 0, "guessing is slowed down")
    must({k for k in found if k.startswith("guess")} == {"guess 404", "guess 429"}, "nothing else opens")
    must({k for k in found if k.startswith("true")} == {"true 200"}, "the true link is never refused")
