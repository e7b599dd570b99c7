"""What every answer carries, and what a failure says."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from backoffice.console import files, guard, security
from backoffice.console.deps import Tiles
from backoffice.kernel.files import KEPT
from backoffice.ports import Operator
from config.settings import Map
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy

EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATIC, LEAFLET = files.addresses()["static"], files.addresses()["leaflet"]
PATHS = [
    "/console/",
    "/console/ringing",
    "/console/cases/case-7K3F",
    "/console/cases/none",
    "/console/nowhere",
    "/console/signed-out",
    "/console/enter/" + "0" * 64,
    "/console/media/m-street?as=photo",
    "/console/media/m-street",
    f"{STATIC}/console.css",
    f"{STATIC}/js/page.js",
    f"{STATIC}/../app.py",
    f"{STATIC}/..%2fapp.py",
    f"{STATIC}/js",
    f"{LEAFLET}/leaflet.js",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_locked_down(
    path: str, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Pages, files, photos and errors alike; nothing with data is kept by the browser."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    answer = await visitor.get(path)
    assert answer.status in (200, 403, 404), answer.status
    for name, value in EVERY.items():
        assert answer.headers[name] == value, name
    csp = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "unsafe" not in csp
    is_file = path.startswith((STATIC, LEAFLET)) and answer.status == 200
    assert answer.headers["Cache-Control"] == (KEPT if is_file else "no-store")


def test_a_tile_server_is_the_only_outside_host_and_for_pictures_alone() -> None:
    """By setting; without one the policy names nobody but ourselves."""
    assert security.policy("") == security.CSP
    assert "https" not in security.CSP
    tiles = Tiles("https://tiles.example:8443/a/{z}/{x}/{y}.png")
    given = dict(part.strip().split(" ", 1) for part in security.policy(tiles.host).split(";"))
    assert given.pop("img-src").split() == ["'self'", "https://tiles.example:8443", "data:", "blob:"]
    assert not any("tiles" in sources for sources in given.values())


@pytest.mark.parametrize(
    "url", ["http://t.example/{z}/{x}/{y}", "https://t.example/{z}", "https://t/{z}/{x}/{y}; x"]
)
def test_a_tile_address_that_could_widen_the_policy_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="RESCUE_MAP__TILE_URL"):
        Map(tile_url=url)


async def test_nothing_outside_the_folder_is_served(nobody: Visitor) -> None:
    """Neither by dots nor by encoded dots, and no folder is listed."""
    for dots in ("../app.py", "../../app.py", "%2e%2e/app.py", "..%2fapp.py", "..%2f..%2fapp.py"):
        assert (await nobody.get(f"{STATIC}/{dots}")).status in (403, 404)
    assert (await nobody.get(f"{STATIC}/js")).status in (403, 404)


async def test_a_failure_of_ours_is_a_sentence_with_a_reference(
    evening: Evening, visit: Callable[[Operator], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No trace, no name of a module: a number to quote, and the log has the rest."""

    async def broken(*args: Any) -> None:
        raise RuntimeError("select secret from vault_key")

    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    monkeypatch.setattr(guard.auth, "touch", broken)
    answer = await visitor.get("/console/")
    body = await answer.text()
    assert answer.status == 500
    assert "报障时请说编号" in body
    assert "vault_key" not in body
    assert "RuntimeError" not in body


async def test_a_script_gets_its_failure_as_json(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """So that the page can say it and keep what was typed."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    answer = await visitor.post("/console/cases/case-7K3F/note", {"text": " "}, Accept="application/json")
    assert answer.status == 400
    assert (await answer.json()) == {"ok": False, "said": "没有写字，没有发出。", "reference": ""}


async def test_an_oversized_form_is_refused_before_it_is_read(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """64 KiB is more than anybody types."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    assert (await visitor.post("/console/cases/case-7K3F/note", {"text": "x" * 70_000})).status == 413
    long = await visitor.post("/console/cases/case-7K3F/note", {"text": "x" * 4_001})
    assert long.status == 400


@pytest.mark.parametrize("form", [{"outcome": "nonsense"}, {"outcome": "not_yet"}, {}])
async def test_a_form_with_something_unknown_saves_nothing(
    form: dict[str, str], evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Only the outcomes we know are outcomes."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    assert (await visitor.post("/console/cases/case-7K3F/called", form)).status == 400


@pytest.mark.parametrize("path", ["/console/", "/console/cases/case-7K3F", "/console/account"])
async def test_a_browser_asks_for_each_file_of_a_page_once(
    path: str, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Whatever a page loads lies at an address of its bytes, is there, and may be kept for a year."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    html = await (await visitor.get(path)).text()
    loaded = set(re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', html))
    assert {f"{STATIC}/console.css", f"{STATIC}/js/page.js"} <= loaded
    for one in loaded:
        answer = await visitor.get(one)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, KEPT), one
