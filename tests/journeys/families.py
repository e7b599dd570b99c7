"""The steps that families' journeys are told in."""

import re

import aiohttp
import sqlalchemy as sa

from backoffice.cases.model import Case
from backoffice.families.model import Follower
from backoffice.kernel.exchange import LetterState
from bot.sandbox.client import Phone
from storage.exchange_tables import letter
from tests.house import House, texts
from tests.journeys import stories

PAGE = re.compile(r"/follow/([A-Za-z0-9_-]{43})")
START = re.compile(r"start=(f_[A-Za-z0-9_-]{43})")


async def helped(house: House, phone: Phone) -> Case:
    """Help is called, and every question of the service is answered."""
    await stories.dispatched(house, phone)
    await stories.answered_all(house, phone)
    return await stories.now(house, phone)


async def invited(house: House, phone: Phone, name: str, *scopes: str) -> str:
    """The traveller invites somebody and chooses what they may know; the token of the web link they are shown."""
    await stories.says(house, phone, "/family")
    if any(question.kind == "family.menu" for question in await house.asked(phone)):
        await pick(house, phone, "invite")
    await stories.says(house, phone, name)
    await house.pass_time(6, step=1)
    token = "" if "family.written" in await house.heard(phone) else await newest(house, phone, PAGE)
    for scope in scopes:
        await pick(house, phone, f"scope:{scope}")
    return token


async def pick(house: House, phone: Phone, value: str) -> None:
    """Types the digit that means this on the newest open question that has it."""
    for question in await house.asked(phone):
        for digit, meaning in question.answers.items():
            if meaning == value:
                await stories.says(house, phone, digit)
                return
    raise AssertionError(f"{value} is not offered: {await house.asked(phone)}")


async def newest(house: House, phone: Phone, pattern: re.Pattern[str]) -> str:
    """What the newest text with it says."""
    for text in reversed(await texts(phone)):
        if found := pattern.search(text):
            return found[1]
    raise AssertionError(f"nothing like it: {await texts(phone)}")


async def followers(house: House, case: Case) -> dict[str, Follower]:
    """Everybody ever invited, by the name the inviter gave."""
    async with house.core.store.begin(house.clock.now()) as uow:
        return {f.name: f for f in await uow.families.of_case(case.id)}


async def stand(house: House, case: Case, state: LetterState) -> set[tuple[str, str]]:
    """Channel and error of the case's letters of this state that carry no words of anybody."""
    mine = sa.and_(letter.c.case_id == case.id, letter.c.state == state, letter.c.entry == 0)
    async with house.core.database.reading() as conn:
        rows = await conn.execute(sa.select(letter.c.channel, letter.c.error).where(mine))
        return {(row.channel, row.error) for row in rows}


class Page:
    """Somebody's browser on the families' page: no cookies, no scripts."""

    def __init__(self, house: House, token: str) -> None:
        self._house, self.token = house, token

    async def get(self, path: str = "") -> tuple[int, str]:
        async with self._house.http.get(f"{self._house.base}/follow/{self.token}{path}") as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **form: str) -> int:
        url = f"{self._house.base}/follow/{self.token}/{path}"
        async with self._house.http.post(url, data=form, allow_redirects=False) as answer:
            await answer.read()
        await self._house.settle()
        return answer.status

    async def opened(self) -> str:
        """Press the button behind the link; what stands on the page."""
        assert await self.post("open") == 303
        return await self.shown()

    async def shown(self) -> str:
        status, body = await self.get()
        assert status == 200
        return body


async def headers(house: House, token: str) -> "aiohttp.typedefs.LooseHeaders":
    async with house.http.get(f"{house.base}/follow/{token}") as answer:
        return dict(answer.headers)
