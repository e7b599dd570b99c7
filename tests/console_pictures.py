"""The README's pictures of the console: queue, case, wall and reports after two weeks of cases, in both languages."""

import io
import os
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from backoffice.cases.model import Case, CaseStatus, CloseReason, Kind, Verified
from backoffice.console.deps import Step
from backoffice.dispatch.model import AssignmentStatus, Envoy
from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import Hours
from backoffice.ports import Operator
from backoffice.workflows.work import Work
from storage import migrate
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy
from tests.console.conftest import MovedClock, _serve

SEED = 20261120
DAYS, A_DAY = 14, 9
SIZE = {"width": 1280, "height": 800}
LANGUAGES = {"zh_Hans": "zh-CN", "en": "en-GB"}
CITIES = (
    (13.74, 100.55), (21.03, 105.85), (22.20, 113.54), (18.79, 98.99), (7.88, 98.39), (10.78, 106.70),
    (16.05, 108.20), (1.29, 103.85), (-8.41, 115.19), (35.68, 139.69),
)  # fmt: skip


class Past(MovedClock):
    """Two weeks ago, until it is set going."""

    def __init__(self) -> None:
        super().__init__()
        self._now = SystemClock().now() - timedelta(days=DAYS, minutes=10)

    def to(self, days: float) -> None:
        self._now = SystemClock().now() - timedelta(days=DAYS - days, minutes=10)


async def take(browser: Browser, target: Path) -> list[Path]:
    """Writes `<page>-<language>.png` for each page; returns the files."""
    with tempfile.TemporaryDirectory() as folder:
        async with _evening(Path(folder)) as (evening, clock):
            cast = await _fortnight(evening, clock)
            clock.go()
            base, stop = await _serve(evening)
            made = [await _one(browser, (base, evening, cast), language, target) for language in LANGUAGES]
            await stop()
    return [path for them in made for path in them]


@asynccontextmanager
async def _evening(folder: Path) -> AsyncIterator[tuple[Evening, Past]]:
    url = f"sqlite+aiosqlite:///{folder / 'rescue.db'}"
    await migrate.upgrade(url)
    database, vault, bus, clock = await Database.open(url), Vault(b"p" * 32, os.urandom), LocalBus(), Past()
    media = FileMedia(folder / "media", database, vault, clock)
    store = SqlStore(database, vault, bus)
    yield Evening(database, vault, store, bus, clock, random.Random(SEED).getrandbits, media), clock
    await database.close()


async def _fortnight(e: Evening, clock: Past) -> Cast:
    """Cases of fourteen days, some false, some far from any envoy; then the evening the queue and the case show."""
    chance = random.Random(SEED)
    for centre in (
        Centre("bj", "北京", Hours("Asia/Shanghai"), ("zh", "en"), ("CN", "TH", "VN", "MO")),
        Centre("mad", "Madrid", Hours("Europe/Madrid"), ("zh", "en"), ("ES", "FR"), 2),
    ):
        await e.act(_put(centre))
    helpers = [await e.envoy(f"星使 {n}", Address("telegram", f"70{n}"), Point(*CITIES[n])) for n in range(6)]
    for day in range(DAYS):
        for number in range(A_DAY + chance.randrange(-3, 4)):
            clock.to(day + chance.random() * 0.98)
            await _case(e, f"H{day:02d}{number:02d}", helpers, chance)
    clock.to(DAYS)
    return await busy(e)


def _put(centre: Centre) -> Step:
    async def step(work: Work) -> None:
        await work.uow.centres.put(centre)

    return step


async def _case(e: Evening, ref: str, envoys: list[Envoy], chance: random.Random) -> None:
    """One from the pin to the close, with times as a good and a bad day have them."""
    where = chance.randrange(len(CITIES))
    lat, lon = CITIES[where]
    person = await e.person(ref, Address("telegram", f"8{ref}"))
    false = chance.random() < 0.08
    case = await e.case(
        ref, person, point=Point(lat + chance.uniform(-0.2, 0.2), lon + chance.uniform(-0.2, 0.2)),
        kind=chance.choice(list(Kind)), verified=Verified.FALSE_ALARM if false else Verified.VERIFIED,
    )  # fmt: skip
    await e.act(lambda w: w.uow.centres.place(case.id, chance.choice(["bj", "bj", "mad"])))
    for what, seconds in (("centre.taken", chance.lognormvariate(1.9, 0.5)), ("centre.called_verified", 35)):
        e.clock.advance(seconds * chance.uniform(0.6, 1.4))
        await e.happened(case, "operator:op", what)
    if not false:
        await _asked(e, case, envoys, (chance, where))
    await e.act(_close(case))


async def _asked(e: Evening, case: Case, envoys: list[Envoy], of: tuple[random.Random, int]) -> None:
    chance, where = of
    comes = where < len(envoys) and chance.random() < 0.9
    for n, envoy in enumerate(envoys[:4]):
        states = [AssignmentStatus.STOOD_DOWN, AssignmentStatus.DECLINED, AssignmentStatus.ASKED]
        status = AssignmentStatus.DONE if comes and n == 0 else chance.choice(states)
        await e.asked(case, envoy, 2000 + 900 * n, status=status)
    if comes:
        e.clock.advance(chance.uniform(30, 150))
        await e.happened(case, f"envoy:{envoys[0].id}", "dispatch.accepted")
        e.clock.advance(chance.uniform(600, 2900))
        await e.happened(case, f"envoy:{envoys[0].id}", "job.arrived")


def _close(case: Case) -> Step:
    async def step(work: Work) -> None:
        found = await work.uow.cases.get(case.id)
        found.status, found.closed_at, found.close_reason = CaseStatus.CLOSED, work.now, CloseReason.HELPED
        await work.uow.cases.save(found)

    return step


async def _one(browser: Browser, where: tuple[str, Evening, Cast], language: str, target: Path) -> list[Path]:
    base, evening, cast = where
    page = await _signed_in(browser, where, (cast.chen, language))
    pages = {"queue": "", "case": "cases/case-7K3F", "wall": "wall", "reports": "reports"}
    made = []
    for name, path in pages.items():
        await page.goto(f"{base}/console/{path}")
        await page.mouse.click(40, 21)
        await page.wait_for_timeout(4000)
        shot = Image.open(io.BytesIO(await page.screenshot()))
        made.append(target / f"{name}-{language}.png")
        shot.convert("RGB").quantize(192).save(made[-1], optimize=True)
    await page.context.close()
    return made


async def _signed_in(browser: Browser, where: tuple[str, Evening, Cast], who: tuple[Operator, str]) -> Page:
    base, evening, _ = where
    operator, language = who
    token, _csrf = await evening.session(operator)
    context = await browser.new_context(viewport=SIZE, locale=LANGUAGES[language])
    cookies = {"rescue_session": token, "rescue_language": language}
    await context.add_cookies(
        [{"name": name, "value": value, "url": base} for name, value in cookies.items()]
    )
    page = await context.new_page()
    await page.goto(f"{base}/console/")
    await page.mouse.click(640, 790)
    return page
