"""A case's tags and its centre, from its own page."""

from aiohttp import web

from backoffice.console import actions, view
from backoffice.console.deps import DEPS, Step
from backoffice.console.guard import CASE
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator
from backoffice.workflows import centring, labelling


def _tag(case: CaseId, operator: Operator, form: actions.Form) -> Step:
    text = actions.text_of(form, "tag")
    return lambda w: labelling.tag(w, case, operator, text)


def _untag(case: CaseId, operator: Operator, form: actions.Form) -> Step:
    text = actions.text_of(form, "tag")
    return lambda w: labelling.untag(w, case, operator, text)


def _centre(case: CaseId, operator: Operator, form: actions.Form) -> Step:
    code = actions.text_of(form, "centre")
    return lambda w: centring.move(w, case, code, operator)


STEPS = {"case.tag": ("tag", _tag), "case.untag": ("untag", _untag), "case.centre": ("centre", _centre)}
"""Route name -> last part of its path, and the step."""


async def show(request: web.Request) -> web.Response:
    """The card of the case page that the page asks for by itself."""
    case, deps = request[CASE], request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        centres, placed = await uow.centres.all(), await uow.centres.of_case(case.id)
        tags = (await uow.tags.used()).get(case.id, ())
    may = view.allowed(request)
    return view.page(
        request, "case_labels.html", case=case, centres=centres, placed=placed, tags=tags, may=may
    )
