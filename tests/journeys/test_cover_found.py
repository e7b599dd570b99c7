"""Cover that exists already finds its people, and a case shows what covers it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from backoffice.insurance.cover import Fit
from backoffice.insurance.policies import Source
from backoffice.kernel.exchange import LetterState
from backoffice.workflows import recognising
from bot.assembly import policy_deeds
from bot.sandbox.client import Phone
from config.settings import Sms
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import BANGKOK, House
from tests.journeys.money_stories import do
from tests.journeys.test_cover import bought, either_shop, insurer, later, policy_of, said, shop

__all__ = ["either_shop", "shop"]
ROWS = (
    {
        "insurer": "pingan", "number": "P1", "product": "WORLD", "name": "李娜", "document": "110101199003074610",
        "phone": "+8613800138000", "starts": "2026-02-01", "ends": "2026-12-31", "organisation": "某某公司",
    },
    {
        "insurer": "pingan", "number": "P2", "product": "CN-OUTDOOR", "name": "Anna Smith", "document": "E12345678",
        "born": "1990-03-07", "starts": "2026-02-01", "ends": "2026-12-31",
    },
)  # fmt: skip


async def listed(shop: House) -> None:
    """What an employer's list brought."""
    reading = await policy_deeds.reading(shop.core)
    for line, row in enumerate(ROWS, 2):
        reading.take(row, line)
    assert not reading.troubles
    await policy_deeds.take_whole(shop.core, reading.rows, Source.IMPORTED)


async def test_found_by_document_and_birth_and_told_in_one_message(either_shop: House) -> None:
    """The number alone finds nothing, nor does another's day of birth; both together do."""
    await listed(either_shop)
    phone = await either_shop.telegram()
    assert "no cover of yours" in await said(either_shop, phone, "my cover")
    assert "No policy fits" in await said(either_shop, phone, "8", "1", "E12345678 1991-03-07")
    assert "Policies now shown to you: 1" in await said(
        either_shop, phone, "my cover", "8", "1", "E12345678 1990-03-07"
    )
    shown = await said(either_shop, phone, "my cover")
    assert "Policy P2" in shown
    assert "Search and rescue: up to CN¥100,000.00" in shown
    other = await said(either_shop, phone, "1")
    assert "This policy came from" in other
    assert "Cancel the policy" not in other


async def tried(shop: House, phone: Phone, times: int) -> None:
    """So many wrong guesses today, without the conversation."""
    await phone.text("/help")
    await shop.settle()
    person = await shop.person(phone)
    assert person is not None
    for _ in range(times):
        await do(shop, lambda work: recognising.by_document(work, person, "E12345678", date(1991, 3, 7)))


async def test_documents_are_not_guessed(shop: House) -> None:
    """Five tries a day; the sixth is refused, also with the right number; tomorrow is another day."""
    await listed(shop)
    phone = await shop.telegram()
    await tried(shop, phone, 5)
    assert "No more searches today" in await said(shop, phone, "my cover", "8", "1", "E12345678 1990-03-07")
    shop.clock.advance(timedelta(days=1))
    assert "now shown to you: 1" in await said(shop, phone, "my cover", "8", "1", "E12345678 1990-03-07")


async def test_a_second_claimant_of_the_same_document_gets_nothing_and_staff_know(shop: House) -> None:
    await listed(shop)
    first, second = await shop.telegram(), await shop.telegram("Bea", id="700000888")
    await said(shop, first, "my cover", "8", "1", "E12345678 1990-03-07")
    assert "No policy fits" in await said(shop, second, "my cover", "8", "1", "E12345678 1990-03-07")
    assert "cover_claimed_twice" in await shop.told_staff()


async def test_telegrams_own_number_is_as_good_as_a_code(shop: House) -> None:
    """The platform vouches for the number behind its contact button."""
    await listed(shop)
    phone = await shop.telegram("Li", id="700000999", phone_number="+8613800138000")
    await said(shop, phone, "my cover", "8", "2")
    await phone.contact()
    await later(shop)
    assert "Policy P1" in await said(shop, phone, "my cover")


async def code_sent(shop: House, phone: Phone) -> str:
    """The code in the SMS that waits for its gateway."""
    letters = await shop.letters(phone, *LetterState)
    found = [one for one in letters if one.message.key == "cover.code"][-1]
    assert found.address.channel == "sms"
    assert "13800138000" not in found.address.address
    return str(found.message.params["code"])


@pytest.fixture
async def texting(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """With an SMS gateway set up that never answers: the code is read where it waits."""
    given = Sms(url="http://127.0.0.1:9/sms", secret=SecretStr("s" * 32))
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True, sms=given) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        object.__setattr__(opened.core.world, "sms", True)
        yield opened


async def test_a_number_is_proven_by_the_code_sent_to_it(texting: House) -> None:
    """A wrong code finds nothing; the right one, once."""
    shop = texting
    await listed(shop)
    phone = await shop.wechat()
    assert "尾号 8000" in await said(shop, phone, "我的保障", "8", "2", "13800138000")
    code = await code_sent(shop, phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert "验证码不对" in await said(shop, phone, wrong)
    assert "共 1 份" in await said(shop, phone, code)
    assert "保单号 P1" in "".join((await said(shop, phone, "我的保障")).split("\n")).replace(
        "保单号码", "保单号"
    )


async def test_without_a_gateway_no_code_is_promised(shop: House) -> None:
    phone = await shop.wechat()
    assert "发不了短信" in await said(shop, phone, "我的保障", "8", "2", "13800138000")


async def test_a_case_knows_what_covers_it_after_the_dispatch(either_shop: House) -> None:
    """Looked at outside of the SOS: in Bangkok the worldwide policy covers, the domestic one does not."""
    shop = either_shop
    await listed(shop)
    phone = await shop.telegram()
    await said(shop, phone, "my cover", "8", "1", "E12345678 1990-03-07")
    await said(shop, phone, "my cover", "8", "1", "110101199003074610")
    await phone.location(*BANGKOK)
    await later(shop, 1, 6, 3)
    case = await shop.case_of(phone)
    assert case is not None
    links = await do(shop, lambda work: work.uow.policies.look("case", case.id))
    assert links is not None
    assert [link.fit for link in links] == [Fit.COVERS, Fit.NOT_THERE]
    pays = await do(shop, lambda work: recognising.policy_paying(work, "case", case.id, "envoy"))
    assert pays == links[0].policy, "the envoy is paid by the policy, not by the centre's fund"
    assert "Policy P1" in await said(shop, phone, "my cover")


async def test_what_is_only_applied_for_covers_no_case(shop: House) -> None:
    """Not confirmed is not covered, on the case page as in the chat; once confirmed the case is looked at anew."""
    await insurer(shop, "/mode", {"mode": "pending"})
    phone = await shop.telegram()
    policy = await bought(shop, phone)
    shop.clock.advance(timedelta(days=32))
    await phone.text("SOS")
    await later(shop, 1, 6, 3)
    case = await shop.case_of(phone)
    assert case is not None
    links = await do(shop, lambda work: work.uow.policies.look("case", case.id))
    assert links is not None
    assert [link.fit for link in links] == [Fit.APPLIED]
    request = next(iter((await insurer(shop))["requests"]))
    await insurer(shop, f"/answer/{request}", {})
    await later(shop, 1, 3)
    assert (await policy_of(shop, phone)).id == policy.id
    links = await do(shop, lambda work: work.uow.policies.look("case", case.id))
    assert links is not None
    assert [link.fit for link in links] == [Fit.COVERS]
