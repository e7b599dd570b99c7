"""The reviewer's desk in a real browser: ten simple claims in a row by keyboard; axe and a phone have no objections."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from backoffice.claims.claim import ClaimId, ClaimStatus
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import claim_world
from tests.backoffice.console.world import photo
from tests.console.conftest import House
from tests.console.pages import at

pytestmark = pytest.mark.browser
TEN = 10


@pytest.fixture
async def reviewer(house: House) -> Operator:
    await claim_world.opened(house.evening, TEN)
    return await house.evening.operator("核", OperatorRole.CLAIMS)


async def statuses(house: House) -> list[ClaimStatus]:
    async with house.evening.store.begin(house.evening.clock.now()) as uow:
        return [(await uow.claims.get(ClaimId(f"cl-{n}"))).status for n in range(TEN)]


async def test_ten_simple_claims_in_a_row_without_a_mouse(house: House, reviewer: Operator) -> None:
    """N opens the first; A, the confirmation that names who and how much, and the next one is there by itself."""
    page = await house.sign_in(reviewer)
    await at(page, house, "claims")
    await expect(page.locator("[data-line]")).to_have_count(TEN)
    await page.keyboard.press("n")
    for number in range(TEN):
        ref = f"QX{number:02d}AB"
        await expect(page.locator("h1.ref")).to_have_text(ref)
        await page.wait_for_selector("html[data-ready=yes]")
        await expect(page.locator(".letter-text")).to_contain_text("decision.approved")
        await page.keyboard.press("a")
        words = page.locator("#confirm-words")
        await expect(words).to_contain_text(ref)
        await expect(words).to_contain_text(claim_world.NAMES[number])
        await expect(words).to_contain_text("CNY 400.00")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/claims")
    await expect(page.locator("[data-line]")).to_have_count(0)
    assert set(await statuses(house)) == {ClaimStatus.APPROVED}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_the_rooms_of_claims_please_axe_and_fit(
    house: House, reviewer: Operator, scheme: str, width: int
) -> None:
    page = await house.sign_in(house.cast.chen, viewport={"width": width, "height": 844}, color_scheme=scheme)
    for path in ("claims", "claims/cl-0", "claims/payments"):
        await at(page, house, path)
        for closed in await page.locator("#found > summary").all():
            await closed.click()
        found = (await Axe().run(page)).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_a_paper_that_came_another_way_is_added_from_the_desk(house: House, tmp_path: Path) -> None:
    """The page sends the file itself; it stands on the card without a reload, and so does what was named."""
    bill = tmp_path / "bill.jpg"
    bill.write_bytes(photo())
    page = await house.sign_in(house.cast.lin)
    await at(page, house, "cases/case-7K3F")
    await page.locator("#name-paper > summary").click()
    await page.select_option("#paper-entry", "2")
    await page.select_option("#paper-kind", "hospital_bill")
    await page.get_by_role("button", name="标为这种材料").click()
    card = page.locator("[data-live=papers]")
    await expect(card.locator("ul.notes")).to_contain_text("医院账单")
    await page.set_input_files("#paper-file", bill)
    await page.select_option("#paper-add-kind", "guarantee")
    await page.get_by_role("button", name="添加", exact=True).click()
    await expect(card.locator("ul.notes > li")).to_have_count(2)
    found = (await Axe().run(page, "[data-live=papers]")).response["violations"]
    assert [v["id"] for v in found] == []
