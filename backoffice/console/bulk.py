"""One deed on many cases: each by the rules of its own, each its own transaction, and what was refused is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from backoffice import ports
from backoffice.console import access, actions, auth, case_list, trail, view
from backoffice.console.deps import DEPS, ConsoleDeps, Step
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.workflows import centre, labelling

MOST = 200
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to each case, and what one must be allowed to for it."""

    act: access.Act
    step: Callable[[CaseId, ports.Operator, Form], Step]


def _take(case: CaseId, operator: ports.Operator, _: Form) -> Step:
    return lambda w: centre.take_as_seen(w, case, operator, "")


def _hand_over(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    to = OperatorId(actions.text_of(form, "to"))
    return lambda w: centre.hand_over(w, case, operator, to)


def _tag(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    tag = actions.text_of(form, "tag")
    return lambda w: labelling.tag(w, case, operator, tag)


def _untag(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    tag = actions.text_of(form, "tag")
    return lambda w: labelling.untag(w, case, operator, tag)


def _seen(case: CaseId, operator: ports.Operator, _: Form) -> Step:
    return lambda w: labelling.seen(w, case, operator)


DEEDS: Mapping[str, Deed] = {
    "take": Deed(access.Act.TAKE, _take),
    "hand_over": Deed(access.Act.HAND_OVER, _hand_over),
    "tag": Deed(access.Act.NOTE, _tag),
    "untag": Deed(access.Act.NOTE, _untag),
    "seen": Deed(access.Act.HAND_OVER, _seen),
}


async def run(request: web.Request) -> web.Response:
    """All that may be done is done; what may not is said with its number and why."""
    given = await request.post()
    form = {key: value for key, value in given.items() if isinstance(value, str)}
    cases = list(dict.fromkeys(str(c) for c in given.getall("case", [])))
    deed = DEEDS.get(form.get("deed", ""))
    if deed is None or len(cases) > MOST:
        raise actions.BadForm
    if not cases:
        raise actions.BadForm("list.nothing_chosen")
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    refused = [
        why for case in cases if (why := await _one(request, deps, (CaseId(case), operator, deed, form)))
    ]
    return _told(request, len(cases) - len(refused), refused)


async def _one(
    request: web.Request, deps: ConsoleDeps, what: tuple[CaseId, ports.Operator, Deed, Form]
) -> str:
    """Empty when it was done, else the case's number and the reason; a case that is not there is one not to be seen."""
    (case_id, operator, deed, form), t = what, view.catalogue(request)
    head = await deps.queries.head(case_id)
    about = head and access.OnCase(head, await deps.queries.tie(operator, head), deps.clock.now())
    if head is None or not access.may(operator, access.Act.SEE_CASE, about):
        return t("list.refused_foreign")
    if not access.may(operator, deed.act, about):
        return f"{head.ref}: {t('error.not_owner')}"
    await trail.write(request, f"list.{form['deed']}", f"case:{case_id}")
    try:
        await deps.actions(deed.step(case_id, operator, form), case_id)
    except errors.Refusal as refusal:
        return f"{head.ref}: {t.either(refusal.key, t('error.generic'), **refusal.params)}"
    except errors.Stale:
        return f"{head.ref}: {t('error.stale')}"
    return ""


def _told(request: web.Request, done: int, refused: list[str]) -> web.Response:
    t = view.catalogue(request)
    said = t("done.list.bulk", n=done)
    if refused:
        said = f"{said} {t('done.list.refused', n=len(refused), which='; '.join(refused[:5]))}"
    if view.wants_json(request):
        return web.json_response({"ok": bool(done), "said": said})
    raise web.HTTPSeeOther(case_list.HERE)
