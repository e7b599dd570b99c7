"""Families: who follows a case and what they may know, their thread, and what an operator does for them."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports, queries
from backoffice.console import auth, view
from backoffice.console.actions import BadForm, Form, OnCase, form_of, text_of
from backoffice.console.deps import DEPS, Step
from backoffice.console.guard import CASE
from backoffice.families import scopes
from backoffice.families.model import FollowerId, FollowerStatus, Part, Reached
from backoffice.families.scopes import Scope
from backoffice.families.stages import Stage
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Role
from backoffice.workflows import family_desk, family_silence, following, work
from backoffice.workflows.family_desk import Invited

LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
STAGES = (Stage.HOSPITAL, Stage.MOVED)
UNTOLD = frozenset({LetterState.FAILED, LetterState.UNKNOWN, LetterState.HELD})
"""Letters that their reader has not got: listed, never counted as silence."""
ID = "[0-9a-zA-Z_-]{1,64}"


def add(router: web.UrlDispatcher) -> None:
    """The rooms' routes."""
    one = f"/cases/{{case:{ID}}}"
    router.add_get("/families", room, name="families")
    router.add_get(f"{one}/family", show, name="case.family")
    for name, (path, step) in ON_CASE.items():
        router.add_post(f"{one}/family/{path}", _on_family(name, step), name=name)
    router.add_post(f"{one}/family/invite", invite, name="case.family_invite")
    router.add_post(f"{one}/family/links", links, name="case.family_links")


async def room(request: web.Request) -> web.Response:
    """Everybody who follows a running case, those first who wait for a call."""
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        found = await uow.families.running()
    calls = [(ref, f) for ref, f in found if f.call_since]
    others = [(ref, f) for ref, f in found if not f.call_since]
    return view.page(request, "families.html", calls=calls, others=others, scopes=scopes.ORDER)


async def show(request: web.Request) -> web.Response:
    """The families' side of one case."""
    deps, case = request.config_dict[DEPS], request[CASE]
    found = await deps.queries.case(case.id, deps.clock.now())
    return view.page(request, "case_family.html", **_context(request, deps.words, found))


def _context(request: web.Request, words: ports.Words, found: queries.CaseView) -> dict[str, Any]:
    now = request.config_dict[DEPS].clock.now()
    return {
        "v": found,
        "case": found.case,
        "may": view.allowed(request),
        "live": [c for c in found.family.followers if c.follower.live],
        "past": [c for c in found.family.followers if not c.follower.live],
        "thread": found.family.thread,
        "names": {c.follower.id: c.follower.name for c in found.family.followers},
        "scopes": scopes.ORDER,
        "stages": STAGES,
        "locales": LOCALES,
        "letter": lambda told: told.text or words.text(told.message, told.locale, told.zone),
        "untold": lambda card: [t for t in card.told if t.state in UNTOLD],
        "asks": lambda card: _asks(found, card),
        "silent": lambda follower: family_silence.silent(found.case, follower),
        "age": lambda at: now - at,
        "family_role": Role.FAMILY,
        "call": Reached.CALL,
        "patient": Part.PATIENT,
        "invited": FollowerStatus.INVITED,
    }


def _asks(found: queries.CaseView, card: queries.FollowerCard) -> bool:
    """Whether their newest question waits for an answer."""
    own = [e for e in found.family.thread if e.follower == card.follower.id]
    return bool(own) and own[-1].role is Role.FAMILY


def _follower(form: Form) -> FollowerId:
    return FollowerId(text_of(form, "follower"))


def _scope(form: Form) -> Scope:
    try:
        return Scope(form.get("scope", Scope.SAFE))
    except ValueError as unknown:
        raise BadForm from unknown


def open_(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    wanted = frozenset(s for s in Scope if form.get(f"scope_{s}") == "yes")
    opening = family_desk.Opening(_follower(form), wanted, text_of(form, "reason"))
    return lambda w: family_desk.open_(w, case, operator, opening)


def revoke(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    follower = _follower(form)
    return lambda w: family_desk.revoke(w, case, operator, follower)


def named(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    follower = _follower(form)
    return lambda w: family_desk.name_contact(w, case, operator, follower)


def stage(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    what, place = form.get("stage", ""), text_of(form, "place")
    if what not in STAGES:
        raise BadForm
    return lambda w: family_desk.stage(w, case, operator, (Stage(what), place))


def answer(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    to = form.get("follower", "")
    words = (text_of(form), FollowerId(to) if to else None, _scope(form))
    return lambda w: family_desk.answer(w, case, operator, words)


def called(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    told = (_follower(form), text_of(form))
    return lambda w: family_desk.called(w, case, operator, told)


ON_CASE: Mapping[str, tuple[str, OnCase]] = {
    "case.family_open": ("open", open_),
    "case.family_revoke": ("revoke", revoke),
    "case.family_named": ("named", named),
    "case.family_stage": ("stage", stage),
    "case.family_answer": ("answer", answer),
    "case.family_called": ("called", called),
}
"""Route name -> last part of its path, and the step."""


def _on_family(name: str, step: OnCase) -> Handler:
    """The handler of one deed; back to the families' side of the case."""

    async def handle(request: web.Request) -> web.Response:
        case, operator = request[CASE].id, request[auth.SIGN_IN].operator
        await request.config_dict[DEPS].actions(step(case, operator, await form_of(request)), case)
        return view.done(request, f"done.{name}", _url(case))

    return handle


def _url(case: CaseId) -> str:
    return f"{view.case_url(case)}/family"


async def invite(request: web.Request) -> web.Response:
    """A relative, or the patient; the links are shown this once, for only hashes are kept."""
    form, operator = await form_of(request), request[auth.SIGN_IN].operator
    locale = form.get("locale", "")
    if locale not in LOCALES:
        raise BadForm
    part = Part.PATIENT if form.get("part") == Part.PATIENT else Part.RELATIVE
    words = f"{text_of(form, 'name')} {form.get('contact', '')}".strip()
    wish = following.Wish(f"operator:{operator.id}", words, locale, part)
    made: list[Invited] = []

    async def step(w: work.Work) -> None:
        made.append(await family_desk.invite(w, request[CASE].id, operator, wish))

    await request.config_dict[DEPS].actions(step, request[CASE].id)
    return _shown(request, made)


async def links(request: web.Request) -> web.Response:
    """Fresh links of somebody invited before."""
    follower, operator = _follower(await form_of(request)), request[auth.SIGN_IN].operator
    made: list[Invited] = []

    async def step(w: work.Work) -> None:
        made.append(await family_desk.new_links(w, request[CASE].id, operator, follower))

    await request.config_dict[DEPS].actions(step, request[CASE].id)
    return _shown(request, made)


def _shown(request: web.Request, made: list[Invited]) -> web.Response:
    """The newest try's: what an earlier one made was undone with it."""
    found = made[-1] if made else Invited("", "")
    return view.page(
        request, "family_links.html", case=request[CASE], links=found, back=_url(request[CASE].id)
    )
