"""What an operator can do: each form becomes one step of the centre's workflow."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.cases.closing import CloseOut
from backoffice.cases.model import CloseReason, Verified
from backoffice.console import auth, view
from backoffice.console.deps import DEPS, Step
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, OperatorId
from backoffice.workflows import calling_envoys, centre, closing, order_desk, relating, unmasking, work
from backoffice.workflows.offers import Part

TEXT_LIMIT = 4000
"""Characters of one message: a long text is split on its way out, a novel is a mistake."""

Form = Mapping[str, str]
OnCase = Callable[[CaseId, ports.Operator, Form], Step]
E_ = TypeVar("E_", bound=StrEnum)


class BadForm(errors.Refusal):
    """The form lacks something or carries something we do not know."""

    key = "error.form"
    status = 400


def text_of(form: Form, name: str = "text") -> str:
    text = form.get(name, "").strip()
    if not text:
        raise BadForm("error.empty")
    if len(text) > TEXT_LIMIT:
        raise BadForm("error.too_long")
    return text


def choice(kind: type[E_], given: str) -> E_:
    try:
        return kind(given)
    except ValueError as unknown:
        raise BadForm from unknown


def take(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    """`seen` is whose the case was on the page; a page without it takes what is free."""
    seen = form.get("seen", "")
    return lambda w: centre.take_as_seen(w, case, operator, seen)


def take_over(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    reason, seen = text_of(form, "reason"), form.get("seen", "")
    return lambda w: centre.take_over(w, case, operator, seen, reason)


def hand_over(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    to = OperatorId(text_of(form, "to"))
    return lambda w: centre.hand_over(w, case, operator, to)


def reply(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    """To the case's client, or to the client of a case worked with it (`part`)."""
    text, part = text_of(form), CaseId(form.get("part", ""))
    if part and part != case:
        return lambda w: relating.reply_part(w, operator, (case, part), text)
    return lambda w: centre.reply(w, case, operator, text)


def reply_envoy(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    text = text_of(form)
    return lambda w: centre.reply_envoy(w, case, operator, text)


def note(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    text = text_of(form)
    return lambda w: centre.note(w, case, operator, text)


def called(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    outcome = choice(Verified, form.get("outcome", ""))
    if outcome is Verified.NOT_YET:
        raise BadForm
    return lambda w: centre.called(w, case, operator, outcome)


def set_number(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    phone = text_of(form, "phone")
    return lambda w: centre.set_number(w, case, operator, phone)


def close(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    """The checked close: what is missing is named."""
    out = CloseOut(choice(CloseReason, form.get("reason", "")), form.get("summary", ""))
    return lambda w: closing.close(w, case, operator, out)


def reopen(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: centre.reopen(w, case, operator)


def ask_again(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: centre.ask_again(w, case, operator)


def envoys_wanted(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    number = _whole(form, "number")
    return lambda w: calling_envoys.wanted(w, case, operator, number)


def ask_wave(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    size = _whole(form, "size")
    return lambda w: calling_envoys.wave(w, case, operator, size)


def ask_by_name(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    envoy, part = EnvoyId(text_of(form, "envoy")), _part(form)
    return lambda w: calling_envoys.by_name(w, case, operator, envoy, part)


def task(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    assignment, part = AssignmentId(text_of(form, "assignment")), _part(form)
    return lambda w: calling_envoys.give_task(w, case, operator, assignment, part)


def _whole(form: Form, name: str) -> int:
    given = text_of(form, name)
    if not given.isascii() or not given.isdigit() or len(given) > 4:
        raise BadForm
    return int(given)


def _part(form: Form) -> Part:
    """A task in words and a place as `lat, lon` in WGS-84 degrees, both optional."""
    place = form.get("place", "").strip()
    try:
        point = Point(*(float(degrees) for degrees in place.split(","))) if place else None
    except (TypeError, ValueError) as unknown:
        raise BadForm("error.place") from unknown
    return Part(form.get("task", "").strip(), point)


def end_duress(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: centre.end_duress(w, case, operator)


def unmask(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    reason = text_of(form, "reason")
    return lambda w: unmasking.lift(w, case, operator, reason)


def mask(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: unmasking.restore(w, case, operator)


ON_CASE: Mapping[str, tuple[str, OnCase]] = {
    "case.take": ("take", take),
    "case.take_over": ("take-over", take_over),
    "case.hand_over": ("hand-over", hand_over),
    "case.reply": ("reply", reply),
    "case.reply_envoy": ("reply-envoy", reply_envoy),
    "case.note": ("note", note),
    "case.called": ("called", called),
    "case.number": ("number", set_number),
    "case.close": ("close", close),
    "case.reopen": ("reopen", reopen),
    "case.ask_again": ("ask-again", ask_again),
    "case.envoys_wanted": ("envoys-wanted", envoys_wanted),
    "case.ask_by_name": ("ask-by-name", ask_by_name),
    "case.ask_wave": ("ask-wave", ask_wave),
    "case.task": ("task", task),
    "case.end_duress": ("end-duress", end_duress),
    "case.unmask": ("unmask", unmask),
    "case.mask": ("mask", mask),
}
"""Route name -> last part of its path, and the step."""


async def form_of(request: web.Request) -> Form:
    """Only the words of a form: a file where a word belongs is ignored."""
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def on_case(name: str, step: OnCase) -> Handler:
    """The handler of one action on a case."""

    async def handle(request: web.Request) -> web.Response:
        case, operator = request[CASE].id, request[auth.SIGN_IN].operator
        await request.config_dict[DEPS].actions(step(case, operator, await form_of(request)), case)
        return view.done(request, f"done.{name}", view.case_url(case))

    return handle


def _number(request: web.Request, name: str) -> int:
    return int(request.match_info[name])


async def queue_done(request: web.Request) -> web.Response:
    item, operator = _number(request, "item"), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await centre.finish_queue_item(w, item, operator)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.queue.done", "/console/")


async def queue_reopen(request: web.Request) -> web.Response:
    item, operator, deps = _number(request, "item"), request[auth.SIGN_IN].operator, request.config_dict[DEPS]
    found = await deps.queries.queue_item(item)
    if found is None or found.case is None:
        raise errors.NotFound

    async def step(w: work.Work) -> None:
        await centre.reopen_from_queue(w, item, operator)

    await deps.actions(step, found.case)
    return view.done(request, "done.queue.reopen", view.case_url(found.case))


async def queue_answer(request: web.Request) -> web.Response:
    """Words to somebody who wrote outside any case; what was said in an order is answered in the order's thread."""
    item, operator = _number(request, "item"), request[auth.SIGN_IN].operator
    text = text_of(await form_of(request))

    async def step(w: work.Work) -> None:
        await order_desk.answer_queue_item(w, item, operator, text)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.queue.answer", "/console/")


async def alert_seen(request: web.Request) -> web.Response:
    alert, operator = _number(request, "alert"), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await centre.seen_alert(w, alert, operator)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.alert.seen", "/console/")
