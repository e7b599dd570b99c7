"""The command bar's search: cases by number, name, telephone and words, and nobody finds what they may not see."""

from typing import Any

from aiohttp import web

from backoffice import ports
from backoffice.centre_queries import Found
from backoffice.console import access, actions, auth, trail, view
from backoffice.console import speech as words
from backoffice.console.deps import DEPS, ConsoleDeps

MOST = 12
SHORTEST = 2


async def find(request: web.Request) -> web.Response:
    """What was typed comes in the body: an address is kept in the logs of whatever stands before us."""
    typed = (await actions.form_of(request)).get("q", "").strip()[:100]
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    if len(typed) < SHORTEST:
        return web.json_response({"items": []})
    finding = await deps.centre.search(typed)
    seen = await _seen(deps, operator, finding.found)
    people = await _people(deps, operator, typed)
    await trail.write(request, "search", f"query:{finding.mark},found:{len(seen) + len(people)}")
    return web.json_response({"items": [_item(request, one) for one in seen] + people})


async def _seen(deps: ConsoleDeps, operator: ports.Operator, found: tuple[Found, ...]) -> list[Found]:
    """The first of them this person may open without giving a reason."""
    seen: list[Found] = []
    for one in found:
        about = access.OnCase(one.case, await deps.queries.tie(operator, one.case), deps.clock.now())
        if access.may(operator, access.Act.SEE_CASE, about):
            seen.append(one)
        if len(seen) == MOST:
            break
    return seen


def _item(request: web.Request, one: Found) -> dict[str, Any]:
    t, case = view.catalogue(request), one.case
    place = words.place(t, case.place, t.locale) if case.place else ""
    facts = [t(f"kind.{case.kind}"), t(f"status.{case.status}"), one.name, place, t(f"search.why.{one.why}")]
    if case.drill:
        facts.insert(0, t("tag.drill"))
    return {
        "kind": "case",
        "label": case.ref,
        "more": " · ".join(f for f in facts if f),
        "href": view.case_url(case.id),
    }


async def _people(deps: ConsoleDeps, operator: ports.Operator, typed: str) -> list[dict[str, Any]]:
    """Colleagues by name, for whom may open their pages."""
    if not access.may(operator, access.Act.MANAGE_STAFF):
        return []
    wanted = typed.casefold()
    found = [o for o in await deps.queries.operators() if wanted in o.name.casefold()]
    return [
        {"kind": "person", "label": o.name, "more": o.centre, "href": f"/console/people/{o.id}"}
        for o in found[:MOST]
    ]
