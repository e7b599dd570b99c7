"""Insurers outside: by files each line goes out once and answers are found; the terms of a product can be read."""

import asyncio
import csv
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backoffice.adapters import insurer_signing as signing
from backoffice.adapters import terms_page
from backoffice.adapters.insurer_files import FileInsurer
from backoffice.adapters.insurer_http import HttpInsurer, Line
from backoffice.adapters.insurer_signing import BadSignature, Shared, Signed
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId, RequestId
from backoffice.insurance.policies import Insured, Policy, Request, RequestKind, Said, Source
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.ports.insurance import Instruction, InsurerTemporary, InsurerUnknown
from tests.clocks import START, FakeClock

WORLD = products.samples()[1]
POLICY = Policy(
    PolicyId("p1"), "files", "WORLD", 1, date(2026, 4, 1), date(2026, 4, 10), Source.BOUGHT, START,
    Money.of(161, "CNY"), PersonId("anna"), [Insured("=Anna", "E12345678", date(1990, 3, 7))], ("TH",), ("hiking",),
)  # fmt: skip
ASK = Request(RequestId("r1"), RequestKind.ISSUE, POLICY.id, PersonId("anna"), "files", START, START)
ISSUE = Instruction(ASK, POLICY, WORLD)


def rows(folder: Path) -> list[dict[str, str]]:
    return [row for file in sorted((folder / "out").glob("*.csv")) for row in csv.DictReader(file.open())]


async def test_a_request_stands_in_the_bordereau_once(tmp_path: Path, clock: FakeClock) -> None:
    """Sent twice, on two days: one line; a formula in a name is disarmed; nobody else may read the file."""
    insurer = FileInsurer("files", tmp_path, clock)
    assert (await insurer.query(ISSUE)).said is Said.UNKNOWN_THERE
    assert (await insurer.send(ISSUE)).said is Said.PENDING
    clock.advance(86_400)
    assert (await insurer.send(ISSUE)).said is Said.PENDING
    assert (await insurer.query(ISSUE)).said is Said.PENDING
    found = rows(tmp_path)
    assert len(found) == 1
    assert found[0]["people"].startswith("'=Anna E12345678 1990-03-07")
    assert (found[0]["premium_minor"], found[0]["currency"], found[0]["countries"]) == ("16100", "CNY", "TH")
    file = next((tmp_path / "out").glob("*.csv"))
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("state", "said"), [("confirmed", Said.CONFIRMED), ("refused", Said.REFUSED)])
async def test_the_insurers_answers_are_found(
    tmp_path: Path, clock: FakeClock, state: str, said: Said
) -> None:
    insurer = FileInsurer("files", tmp_path, clock)
    await insurer.send(ISSUE)
    (tmp_path / "in").mkdir()
    answers = tmp_path / "in" / "2026-03-02.csv"
    answers.write_text(f"request,state,number,reason\nother,confirmed,X,\nr1,{state},N7,why\n")
    found = await insurer.query(ISSUE)
    assert (found.said, found.number, found.reason) == (said, "N7", "why")
    other = replace(ISSUE, request=replace(ASK, id=RequestId("r2")))
    assert (await insurer.query(other)).said is Said.UNKNOWN_THERE


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "out").write_text("a file stands where the folder should be")
    with pytest.raises(InsurerTemporary):
        await FileInsurer("files", tmp_path, clock).send(ISSUE)


def test_a_signature_holds_time_nonce_path_and_body() -> None:
    key = Shared("rescue", b"k" * 32)
    heads = signing.headers(key, Signed("1", "n", "POST", "/a", b"{}"))
    signing.check(key, heads, "post", "/a", b"{}")
    for changed in (
        ("POST", "/b", b"{}", heads),
        ("GET", "/a", b"{}", heads),
        ("POST", "/a", b"{ }", heads),
        ("POST", "/a", b"{}", heads | {signing.TIMESTAMP: "2"}),
        ("POST", "/a", b"{}", heads | {signing.NONCE: "m"}),
        ("POST", "/a", b"{}", heads | {signing.KEY: "other"}),
        ("POST", "/a", b"{}", heads | {signing.SIGNATURE: "é"}),
        ("POST", "/a", b"{}", {}),
    ):
        method, path, body, given = changed
        with pytest.raises(BadSignature):
            signing.check(key, given, method, path, body)


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_the_terms_page_shows_every_clause_item_and_price(locale: str) -> None:
    for product in products.samples():
        page = terms_page.html(product, locale, "nonce")
        for clause in product.clauses:
            assert f'<dt id="c{clause.number}">' in page
        for item in product.items:
            assert item.names[locale] in unescape(page)
        assert f"{product.money(product.prices.bands[0].price).amount}" in page
        assert "<script" not in page


def test_words_of_a_product_cannot_become_markup() -> None:
    bad = replace(WORLD, names={"en": "<img src=x onerror=alert(1)>", "zh_Hans": "x"})
    assert "<img" not in terms_page.html(bad, "en", "n")


async def test_silence_and_answers_nobody_signed_leave_it_unknown(clock: FakeClock) -> None:
    """Perhaps taken, perhaps not: nothing may be sent again for it; nobody there at all is another matter."""

    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async def unsigned(_: web.Request) -> web.Response:
        return web.json_response({"state": "confirmed", "number": "FORGED"})

    app = web.Application()
    app.add_routes([web.post("/silent/requests/r1", silent), web.post("/unsigned/requests/r1", unsigned)])
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        for path, code in (("silent", "timeout"), ("unsigned", "answer is not signed by the insurer")):
            line = Line(
                http, str(server.make_url(f"/{path}")), Shared("rescue", b"k" * 32), clock, lambda n: 7, 0.2
            )
            with pytest.raises(InsurerUnknown, match=code):
                await HttpInsurer("sample", line).send(ISSUE)
        gone = Line(http, "http://127.0.0.1:9", Shared("rescue", b"k" * 32), clock, lambda n: 7)
        with pytest.raises(InsurerTemporary, match="not_connected"):
            await HttpInsurer("sample", gone).send(ISSUE)
