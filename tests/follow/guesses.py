"""Ten thousand guesses at the families' page: `python -m tests.follow.guesses` says what they found and how fast.

The true token is asked for all the while, from the same address: it must never be refused.
"""

import asyncio
import secrets
import tempfile
import time
from collections import Counter
from pathlib import Path

from storage import migrate
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House
from tests.journeys import families
from tests.journeys.families import Page

GUESSES, AT_ONCE, TRUE_EVERY = 10_000, 16, 100


async def guess(house: House, true: Page, found: Counter[str]) -> None:
    """One worker's share; every hundredth is the true token."""
    for number in range(GUESSES // AT_ONCE):
        page = true if number % TRUE_EVERY == 0 else Page(house, secrets.token_urlsafe(32))
        status, body = await page.get()
        kind = "true" if page is true else "guess"
        found[f"{kind} {status}"] += 1
        found["leaks"] += kind == "guess" and "command centre" in body.replace("command centre's number", "")


async def main() -> int:
    """0 when nothing was revealed and the true token was never refused."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/rescue.db"
        await migrate.upgrade(url)
        async with house_.opened(url, Path(folder) / "data", FakeClock()) as house:
            anna = await house.telegram("Anna")
            await families.helped(house, anna)
            true = Page(house, await families.invited(house, anna, "Mum", "safe"))
            await true.opened()
            found, began = Counter[str](), time.monotonic()
            await asyncio.gather(*(guess(house, true, found) for _ in range(AT_ONCE)))
            seconds = time.monotonic() - began
    print(f"{GUESSES} requests in {seconds:.1f} s: {dict(found)}")
    refused = {k for k in found if k.startswith("true") and k != "true 200"}
    return 1 if found["leaks"] or found["guess 200"] or refused else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
