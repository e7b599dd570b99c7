"""People and access in a real browser: passkeys with a device that verifies its person, and every page by axe."""

import os
import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import CDPSession, Page, expect

from backoffice.kernel.ids import OperatorId
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from backoffice.staff import totp
from backoffice.workflows.work import Work
from tests.console.conftest import House

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def local(house: House) -> str:
    """Browsers allow passkeys at a name only."""
    return house.base.replace("127.0.0.1", "localhost")


async def device(page: Page, **options: Any) -> tuple[CDPSession, str]:
    """A virtual authenticator of this page's browser."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **options}})
    return session, str(made["authenticatorId"])


async def enter(house: House, operator: Operator, **options: Any) -> Page:
    """A browser of its own at the account page, entered by a one-time link."""
    context = await house.browser.new_context(**options)
    house.contexts.append(context)
    page = await context.new_page()
    house.watch(page)
    token = await house.evening.link(operator)
    await page.goto(f"{local(house)}/console/enter/{token}")
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/console/account")
    return page


@pytest.fixture
async def fresh(house: House) -> Operator:
    return await house.evening.operator("新来的", OperatorRole.OPERATOR)


async def test_a_passkey_is_added_signs_in_and_is_removed(house: House, fresh: Operator) -> None:
    """From the one-time link to a life without links; a removed passkey signs nobody in."""
    page = await enter(house, fresh)
    await device(page)
    await expect(page.get_by_text("登录链接只能用一次")).to_be_visible()
    await page.get_by_label("这台设备的名称").fill("值班台笔记本")
    await page.get_by_role("button", name="添加通行密钥").click()
    await expect(page.get_by_role("rowheader", name="值班台笔记本")).to_be_visible()
    await expect(page.get_by_text("登录链接只能用一次")).not_to_be_visible()
    await sign_out(page)
    await page.get_by_role("button", name="用通行密钥登录").click()
    await page.wait_for_url(f"{local(house)}/console/")
    await page.goto(f"{local(house)}/console/account")
    await expect(page.get_by_role("cell", name="通行密钥", exact=True)).to_be_visible()
    await page.wait_for_selector("html[data-ready=yes]")
    await page.get_by_role("button", name="移除 值班台笔记本").click()
    await page.get_by_role("dialog").get_by_role("button", name="确定").click()
    await expect(page.get_by_text("还没有通行密钥")).to_be_visible()
    await sign_out(page)
    house.expected = "403"
    await page.get_by_role("button", name="用通行密钥登录").click()
    await expect(page.get_by_role("alert").filter(has_text="不能在这里登录")).to_be_visible()


async def sign_out(page: Page) -> None:
    await page.locator("#account summary").click()
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/console/signed-out")


async def test_a_device_that_does_not_verify_its_person_is_refused(house: House, fresh: Operator) -> None:
    """A laptop left open is not its owner."""
    page = await enter(house, fresh)
    await device(page, isUserVerified=False)
    await page.get_by_label("这台设备的名称").fill("没锁的电脑")
    await page.get_by_role("button", name="添加通行密钥").click()
    await expect(page.locator("#passkey-said")).to_be_visible()
    async with house.evening.store.begin(house.evening.clock.now()) as uow:
        assert await uow.credentials.passkeys(fresh.id) == []


async def test_an_authenticator_and_recovery_codes_by_keyboard_alone(house: House, fresh: Operator) -> None:
    """Set up, shown once, and used at the next sign-in."""
    page = await enter(house, fresh)
    await page.get_by_role("button", name="设置验证器").press("Enter")
    await expect(page.get_by_role("img", name="供验证器应用扫描的二维码")).to_be_visible()
    async with house.evening.store.begin(house.evening.clock.now()) as uow:
        kept = await uow.credentials.totp(fresh.id)
    assert kept is not None
    field = page.get_by_label("应用显示的数字")
    await field.fill(totp.code_at(kept.secret, house.evening.clock.now()))
    await field.press("Enter")
    codes = page.locator(".code-list li")
    await expect(codes).to_have_count(10)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    await page.wait_for_timeout(700)  # the answer to a form is not asked for again
    code = await codes.nth(2).inner_text()
    await page.goto(f"{local(house)}/console/account")
    await expect(page.locator(".code-list")).to_have_count(0)
    await sign_out(page)
    await page.get_by_label("姓名").fill("新来的")
    await page.get_by_label("验证码", exact=True).fill(code.lower())
    await page.get_by_label("验证码", exact=True).press("Enter")
    await page.wait_for_url(f"{local(house)}/console/")


async def cast_of_pages(house: House) -> dict[str, Operator]:
    """One of each who has pages here, and something on every page."""
    made = {
        role: Operator(
            OperatorId(f"op-{role}"), f"{role}者", role, "", "ACME" if role is OperatorRole.GUEST else ""
        )
        for role in (OperatorRole.ADMIN, OperatorRole.GUEST)
    }
    far = Operator(OperatorId("op-far"), "周远", OperatorRole.OPERATOR, "伦敦")

    async def fill(w: Work) -> None:
        for code, name, kind in (("ACME", "平安健康", "insurer"), ("PKU", "北大附中", "school")):
            await w.uow.organisations.put(Organisation(code, name, OrganisationKind(kind), kind == "school"))
        for person in (*made.values(), far):
            await w.uow.staff.add(person)
        await w.uow.organisations.bind(house.cast.cases["7K3F"].requester, "ACME", w.now)

    await house.evening.act(fill)
    return {"admin": made[OperatorRole.ADMIN], "guest": made[OperatorRole.GUEST], "far": far}


async def fine(page: Page, house: House, path: str, name: str, axe: bool = True) -> None:
    """No serious finding, nothing wider than the screen."""
    await page.goto(f"{house.base}{path}")
    if axe:
        found = (await Axe().run(page)).response["violations"]
        grave = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        assert grave == [], path
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (path, wide)
    await shown(page, name)


async def shown(page: Page, name: str) -> None:
    """For people who look: `RESCUE_TEST_PICTURES=folder` keeps what the page looked like."""
    folder = os.environ.get("RESCUE_TEST_PICTURES")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def test_every_page_passes_axe_at_a_desk_and_fits_a_phone(house: House) -> None:
    """Axe in Chinese at a desk, and in English on a phone for the page each of them opens first; all fit."""
    people = await cast_of_pages(house)
    lin = await house.sign_in(house.cast.lin)
    await lin.goto(f"{house.base}/console/cases/case-7K3F/organisations")
    await lin.get_by_label("金额上限").fill("30,000")
    await lin.get_by_label("用途").fill("曼谷医院住院押金，医生估计三天")
    await lin.get_by_role("button", name="请求授权").click()
    await expect(lin.get_by_text("30000.00 CNY").first).to_be_visible()
    far = await house.sign_in(people["far"])
    await far.goto(f"{house.base}/console/cases/case-7K3F")
    await expect(far.get_by_role("heading", name="案件 7K3F 不归您")).to_be_visible()
    await far.wait_for_selector("html[data-ready=yes]")
    await far.get_by_label("原因").fill("伦敦中心接到家属来电")
    await far.get_by_role("button", name="打开案件").click()
    await far.wait_for_url("**/cases/case-7K3F")
    pages = {
        "admin": [
            "/console/people",
            f"/console/people/{house.cast.lin.id}",
            "/console/organisations",
            "/console/audit",
        ],
        "guest": ["/console/guest", "/console/guest/cases/case-7K3F", "/console/account"],
        "chen": ["/console/glass", "/console/audit"],
        "lin": ["/console/cases/case-7K3F/organisations", "/console/account"],
        "far": ["/console/cases/case-M4TR/glass"],
    }
    every = {**people, "lin": house.cast.lin, "chen": house.cast.chen}
    for lang, size in (("zh_Hans", {"width": 1280, "height": 800}), ("en", {"width": 390, "height": 844})):
        for who, paths in pages.items():
            page = await house.sign_in(every[who], viewport=size)
            language = {"name": "rescue_language", "value": lang, "url": house.base}
            await page.context.add_cookies([language])  # type: ignore[list-item]
            for number, path in enumerate(paths):
                name = f"{who}-{size['width']}-{re.sub('[^a-z]+', '-', path)}"
                await fine(page, house, path, name, axe=lang == "zh_Hans" or number == 0)
            await page.context.close()
            house.contexts.remove(page.context)


async def test_a_guest_answers_and_the_owner_sees_it_without_asking_again(house: House) -> None:
    """The answer comes up on the open page of the case within a moment."""
    people = await cast_of_pages(house)
    lin = await house.sign_in(house.cast.lin)
    await lin.goto(f"{house.base}/console/cases/case-7K3F/organisations")
    await lin.get_by_label("金额上限").fill("30,000")
    await lin.get_by_label("用途").fill("住院押金")
    await lin.get_by_role("button", name="请求授权").click()
    await expect(lin.get_by_text("待答复")).to_be_visible()
    guest = await house.sign_in(people["guest"])
    await expect(guest).to_have_url(f"{house.base}/console/guest")
    await guest.get_by_role("link", name="7K3F").click()
    await guest.wait_for_selector("html[data-ready=yes]")
    await guest.get_by_label("同意，最多 30000.00 CNY").check()
    await guest.get_by_label("说明").fill("同意")
    await guest.get_by_role("button", name="答复").click()
    await guest.get_by_role("dialog").get_by_role("button", name="确定").click()
    await expect(guest.get_by_text("已同意")).to_be_visible()
    await expect(lin.get_by_text("已同意")).to_be_visible(timeout=5000)
