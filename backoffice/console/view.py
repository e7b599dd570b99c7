"""From read models to answers: templates, languages, sentences for failures."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from markupsafe import Markup

from backoffice import ports
from backoffice.console import access, auth, files, nav, speech, texts
from backoffice.console.deps import DEPS
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId

FOLDER = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "rescue_language"
PAGES: web.AppKey["Pages"] = web.AppKey("console_pages")


class Pages:
    """The templates and the catalogue, read once."""

    def __init__(self) -> None:
        self.texts = texts.load()
        self.script = {name: self.texts.script(name) for name in texts.LOCALES}

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        return _templates().get_template(template).render(context)


@cache
def _templates() -> jinja2.Environment:
    """Compiled once per process."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    made.globals |= files.addresses()
    return made


def locale(request: web.Request) -> str:
    """The language chosen on this browser, else the service's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    default = request.config_dict[DEPS].locale
    return chosen if chosen in texts.LOCALES else default if default in texts.LOCALES else "en"


def catalogue(request: web.Request) -> texts.Catalogue:
    return texts.Catalogue(request.config_dict[PAGES].texts, locale(request))


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """One page as HTML. Times are in the centre's zone unless the template says another."""
    body = request.config_dict[PAGES].render(template, _context(request) | context)
    return web.Response(text=body, status=status, content_type="text/html")


def piece(request: web.Request, template: str, **context: Any) -> str:
    """Part of a page, for pages that put it together themselves."""
    return request.config_dict[PAGES].render(template, _context(request) | context)


def _context(request: web.Request) -> dict[str, Any]:
    deps = request.config_dict[DEPS]
    t = catalogue(request)
    lang = t.locale
    sign_in = request.get(auth.SIGN_IN)
    return {
        "t": t,
        "either": t.either,
        "lang": lang,
        "html_lang": {"zh_Hans": "zh-Hans"}.get(lang, lang),
        "other_lang": next(name for name in texts.LOCALES if name != lang),
        "here": request.path,
        "posted": request.method != "GET",
        "may": allowed(request) if sign_in else None,
        "operator": sign_in.operator if sign_in else None,
        "rooms": nav.rooms(sign_in.operator) if sign_in else [],
        "room": nav.here(request.path),
        "shown_rooms": nav.SHOWN,
        "can_search": sign_in is not None and access.may(sign_in.operator, access.Act.SEARCH),
        "csrf": sign_in.csrf if sign_in else "",
        "now": deps.clock.now(),
        "zone": deps.zone,
        "rungs": deps.rungs,
        "tiles": deps.tiles,
        "speech": speech,
        "script_texts": request.config_dict[PAGES].script[lang],
        "millis": millis,
        "seconds": seconds,
        "attr_json": attr_json,
    }


def millis(moment: datetime) -> int:
    """What scripts count from."""
    return int(moment.timestamp() * 1000)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def attr_json(value: object) -> Markup:
    """JSON safe inside a double-quoted attribute."""
    return Markup.escape(json.dumps(value, ensure_ascii=False))


def wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def done(request: web.Request, key: str, back: str) -> web.Response:
    """An action succeeded: one sentence for the page's script, or back to the page for a plain form."""
    if wants_json(request):
        return web.json_response({"ok": True, "said": catalogue(request)(key)})
    raise web.HTTPSeeOther(back)


def refusal(request: web.Request, problem: errors.Refusal) -> web.Response:
    return trouble(request, problem.status, problem.key, facts=problem.params)


def trouble(
    request: web.Request,
    status: int,
    key: str,
    reference: str = "",
    facts: Mapping[str, object] | None = None,
) -> web.Response:
    """What went wrong and that nothing was lost, as JSON for scripts and as a page for people."""
    t = catalogue(request)
    said = t.either(key, t("error.generic"), **(facts or {}))
    if wants_json(request):
        return web.json_response({"ok": False, "said": said, "reference": reference}, status=status)
    return page(request, "message.html", status, said=said, reference=reference)


def to_sign_in(request: web.Request) -> web.HTTPException:
    """A page is sent to the words about signing in; a script is told plainly."""
    if request.method == "GET" and not wants_json(request) and "X-Live" not in request.headers:
        return web.HTTPSeeOther("/console/signed-out")
    return web.HTTPUnauthorized()


def home(operator: ports.Operator) -> str:
    """Where this person's day begins: the first room open to them, else their own account."""
    found = nav.rooms(operator)
    return found[0].path if found else "/console/account"


def case_url(case: CaseId) -> str:
    return f"/console/cases/{case}"


def allowed(request: web.Request) -> Any:
    """`may(act, case)` for templates, about the person of this request."""
    operator, about = request[auth.SIGN_IN].operator, request.get(auth.ABOUT)

    def may(act: str, case: Any = None) -> bool:
        same = about is not None and case is not None and case.id == about.case.id
        return access.may(operator, access.Act(act), about if same else case)

    return may
