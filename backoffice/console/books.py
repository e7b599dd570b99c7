"""Pages of the desk's books: what is due, the protocols with their editions, the macros."""

from typing import Any

from aiohttp import web

from backoffice import desk_queries, ports
from backoffice.cases import macros, protocols
from backoffice.cases.macros import CLIENT_LOCALES, Macro
from backoffice.cases.model import Kind
from backoffice.cases.protocols import Protocol, Step
from backoffice.console import access, auth, view
from backoffice.console.actions import BadForm, Form, form_of, text_of
from backoffice.console.deps import DEPS
from backoffice.kernel import errors, ids
from backoffice.workflows import checklists, work

MORE_ROWS = 4
"""Empty lines at the end of a checklist that is being edited."""
CODE, ID = "[a-z][a-z0-9_]{1,31}", "[0-9a-zA-Z_-]{1,64}"
BACK, NEW = "/console/protocols", "new"
WHOSE = ("mine", "centre", "all")


def add(router: web.UrlDispatcher) -> None:
    router.add_get("/tasks", due, name="tasks")
    router.add_get("/protocols", show, name="protocols")
    router.add_get(f"/protocols/{{code:{CODE}}}", edit, name="protocol.edit")
    router.add_post(f"/protocols/{{code:{CODE}}}", put, name="protocol.put")
    router.add_get(f"/macros/{{macro:{ID}}}", edit_macro, name="macro.edit")
    router.add_post(f"/macros/{{macro:{ID}}}", put_macro, name="macro.put")
    router.add_post(f"/macros/{{macro:{ID}}}/remove", remove_macro, name="macro.remove")


async def due(request: web.Request) -> web.Response:
    """What is due, and next: one's own, one's centre's, or everybody's. Cases under duress only for whom they are."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    whose = request.query.get("of", "mine")
    whose, now = (whose if whose in WHOSE else "mine"), deps.clock.now()
    sees = access.may(operator, access.Act.SEE_DURESS)
    lines = [x for x in await deps.desk.due() if (sees or not x.duress) and _of(x, operator, whose)]
    return view.page(
        request,
        "tasks.html",
        whose=whose,
        overdue=[x for x in lines if x.task.due <= now],
        upcoming=[x for x in lines if x.task.due > now],
    )


def _of(line: desk_queries.DueLine, operator: ports.Operator, whose: str) -> bool:
    """What nobody has belongs to everybody's list."""
    if whose == "mine":
        return line.whose in (operator.id, None)
    return whose == "all" or line.whose is None or line.centre == operator.centre


async def show(request: web.Request) -> web.Response:
    found, sentences = await request.config_dict[DEPS].desk.books()
    may = view.allowed(request)
    return view.page(request, "protocols.html", protocols=found, macros=sentences, may=may)


async def edit(request: web.Request) -> web.Response:
    """The newest edition as a form; `new` is an empty one."""
    code = request.match_info["code"]
    found, _ = await request.config_dict[DEPS].desk.books()
    chosen = next((p for p in found if p.code == code), None)
    if chosen is None and code != NEW:
        raise errors.NotFound
    steps: list[Step | None] = [*(chosen.steps if chosen else ())]
    rows = list(enumerate([*steps, *[None] * MORE_ROWS]))[: protocols.MOST_STEPS]
    return view.page(request, "protocol.html", p=chosen, rows=rows, kinds=list(Kind))


async def put(request: web.Request) -> web.Response:
    """A new edition out of the form."""
    form, operator = await form_of(request), request[auth.SIGN_IN].operator
    code = request.match_info["code"]
    deps = request.config_dict[DEPS]
    given = Protocol(
        code=text_of(form, "code") if code == NEW else code,
        edition=_whole(form, "edition"),
        names={locale: form.get(f"name_{locale}", "") for locale in protocols.LOCALES},
        kinds=_kinds(form),
        steps=tuple(_steps(form)),
        made_at=deps.clock.now(),
    )

    async def step(w: work.Work) -> None:
        await checklists.put_protocol(w, operator, given)

    await deps.actions(step, None)
    return view.done(request, "done.protocol.put", BACK)


def _steps(form: Form) -> list[Step]:
    """Lines left empty in both languages are gone; a new line gets a mark no line of this form has."""
    found: list[Step] = []
    for n in range(protocols.MOST_STEPS):
        words = {"zh_Hans": form.get(f"zh_{n}", "").strip(), "en": form.get(f"en_{n}", "").strip()}
        key = form.get(f"key_{n}", "").strip()[:32] or f"s{_whole(form, 'edition') + 1}_{n}"
        if any(words.values()):
            found.append(Step(key, words, form.get(f"required_{n}") == "yes"))
    return found


def _kinds(form: Form) -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if form.get(f"kind_{kind}") == "yes")


def _whole(form: Form, name: str) -> int:
    given = form.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) <= 6):
        raise BadForm
    return int(given)


async def edit_macro(request: web.Request) -> web.Response:
    _, found = await request.config_dict[DEPS].desk.books()
    chosen = next((m for m in found if m.id == request.match_info["macro"]), None)
    if chosen is None and request.match_info["macro"] != NEW:
        raise errors.NotFound
    choices: dict[str, Any] = {"kinds": list(Kind), "fields": macros.SETTABLE, "locales": CLIENT_LOCALES}
    return view.page(request, "macro.html", m=chosen, **choices)


async def put_macro(request: web.Request) -> web.Response:
    form, operator, deps = await form_of(request), request[auth.SIGN_IN].operator, request.config_dict[DEPS]
    key = request.match_info["macro"]
    given = Macro(
        id=ids.new_id(deps.bits) if key == NEW else key,
        position=_whole(form, "position"),
        names={locale: form.get(f"name_{locale}", "") for locale in ("zh_Hans", "en")},
        texts={locale: form.get(f"text_{locale}", "") for locale in CLIENT_LOCALES},
        kinds=_kinds(form),
        sets={name: form[f"set_{name}"] for name in macros.SETTABLE if form.get(f"set_{name}")},
        version=_whole(form, "version"),
    )

    async def step(w: work.Work) -> None:
        await checklists.put_macro(w, operator, given)

    await deps.actions(step, None)
    return view.done(request, "done.macro.put", BACK)


async def remove_macro(request: web.Request) -> web.Response:
    operator, key = request[auth.SIGN_IN].operator, request.match_info["macro"]

    async def step(w: work.Work) -> None:
        await checklists.remove_macro(w, operator, key)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.macro.remove", BACK)
