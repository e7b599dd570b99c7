"""What the case page shows beside the conversation, and what an operator does with it: checklists, macros, tasks,
facts, related cases, translations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import desk_queries, ports, queries
from backoffice.cases import closing as close_rules
from backoffice.cases import macros, protocols, tasks
from backoffice.cases.model import Case, CloseReason
from backoffice.cases.tasks import TaskKind
from backoffice.console import access, auth, texts, thread, translating, view
from backoffice.console.actions import BadForm, Form, OnCase, form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps, Step
from backoffice.console.guard import CASE
from backoffice.desk_queries import Side
from backoffice.kernel.ids import CaseId
from backoffice.workflows import case_files, case_tasks, centre, checklists, relating, work

ID = "[0-9a-zA-Z_-]{1,64}"
TO_LATER = frozenset({TaskKind.REMINDER, TaskKind.MESSAGE})
_SAID = "x" * close_rules.SUMMARY_AT_LEAST


def add(router: web.UrlDispatcher) -> None:
    """The routes of the deeds."""
    for name, (path, step) in ON_CASE.items():
        router.add_post(f"/cases/{{case:{ID}}}/{path}", _on_case(name, step), name=name)
    router.add_post(f"/cases/{{case:{ID}}}/translate", translating.translate, name="case.translate")


async def of(request: web.Request, deps: ConsoleDeps, found: queries.CaseView) -> dict[str, Any]:
    """For the templates: one read, whatever the number of tasks, parts and protocols."""
    beside, t = await deps.desk.work(found.case, view.locale(request)), view.catalogue(request)
    operator, case = request[auth.SIGN_IN].operator, found.case
    sees = access.may(operator, access.Act.SEE_DURESS)
    related = [r for r in beside.related if sees or not r.duress]
    shown = {r.id for r in related}
    level = tasks.priority(case)
    return {
        "work": beside,
        "related": related,
        "parts": [p for p in beside.parts if p.id in shown],
        "main": next((r for r in related if r.side is Side.MAIN), None),
        "offered": protocols.offered(beside.newest, beside.running, case.kind),
        "macros": [m for m in beside.macros if m.fits(case.kind)],
        "macro_sets": lambda macro: _sets(t, macro),
        "fields": macros.SETTABLE,
        "priority": level,
        "report_every": deps.desk_rules.report(level),
        "needs": _needs(case, beside),
        "thread": _thread(found, beside, deps.words, shown),
        "unnamed": _unnamed(found, deps.words),
        "can_translate": deps.translator is not None,
    }


def _unnamed(found: queries.CaseView, words: ports.Words) -> list[thread.Line]:
    """Photos and files that the parties of this case sent: what may be named a paper."""
    own = thread.merge(found, words)
    theirs = [x for x in own if x.number and x.media is not None and x.look is not thread.Look.NOTE]
    return [x for x in theirs if x.media is not None and x.media.kind in case_files.PAPERS]


def _sets(t: texts.Catalogue, macro: macros.Macro) -> str:
    facts = (f"{t(f'field.{name}')} {_value(t, name, value)}" for name, value in (macro.sets or {}).items())
    return " · ".join(facts)


def _value(t: texts.Catalogue, name: str, value: str) -> str:
    return t.either(f"{name}.{value}", value)


def _needs(case: Case, beside: desk_queries.CaseWork) -> dict[str, list[close_rules.Needed]]:
    """By code of close: what is still missing beside the summary, which is written in the same form."""
    known = close_rules.Facts(sum(len(run.missing) for run in beside.running), bool(beside.related))
    reasons = close_reasons(case)
    return {str(r): close_rules.missing(case, close_rules.CloseOut(r, _SAID), known) for r in reasons}


def close_reasons(case: Case) -> list[CloseReason]:
    """A drill ends as a drill; nothing else does."""
    return [r for r in CloseReason if (r is CloseReason.DRILL) == case.drill]


def _thread(
    found: queries.CaseView, beside: desk_queries.CaseWork, words: ports.Words, shown: set[CaseId]
) -> list[thread.Line]:
    """The case's own lines with their translations, and those of its parts, by time."""
    own = [_translated(line, beside.translations) for line in thread.merge(found, words)]
    sealed = bool(found.case.closed_at)
    for part in beside.parts:
        if part.id in shown:
            spoken = thread.Spoken(part.said, part.told, {**found.names, **part.names})
            own += [replace(x, ref=part.ref) for x in thread.lines(spoken, words, sealed=sealed)]
    return sorted(own, key=lambda line: (line.at, line.number))


def _translated(line: thread.Line, found: Mapping[int, str]) -> thread.Line:
    return replace(line, translation=found.get(line.number, "")) if line.number else line


def begin(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    code = text_of(form, "protocol")
    return lambda w: checklists.begin(w, case, operator, code)


def tick(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    given = (text_of(form, "protocol"), text_of(form, "step"), form.get("done") == "yes")
    return lambda w: checklists.tick(w, case, operator, given)


def macro(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    which = text_of(form, "macro")
    return lambda w: checklists.use_macro(w, case, operator, which)


def fields(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    wanted = {name: form[name] for name in macros.SETTABLE if form.get(name)}
    return lambda w: checklists.set_fields(w, case, operator, wanted)


def report(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    text = text_of(form)

    async def step(w: work.Work) -> None:
        await case_tasks.report(w, await centre.owned(w, case, operator), operator, text)

    return step


def add_task(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    """`when` is local to the centre; the zone comes with the request (`_zoned`)."""
    kind, text = form.get("kind", ""), text_of(form)
    if kind not in TO_LATER:
        raise BadForm
    wish = case_tasks.Wish(TaskKind(kind), _when(form), text)

    async def step(w: work.Work) -> None:
        await case_tasks.add(w, await centre.owned(w, case, operator), operator, wish)

    return step


def _when(form: Form) -> datetime:
    """A wall-clock time in the centre's zone as UTC."""
    try:
        local = datetime.fromisoformat(form.get("when", ""))
        zone = ZoneInfo(form["zone"])
    except (KeyError, ValueError) as unknown:
        raise BadForm("task.bad_time") from unknown
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def snooze(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    which, why, minutes = text_of(form, "task"), text_of(form, "why"), form.get("minutes", "")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 5):
        raise BadForm("task.bad_time")

    async def step(w: work.Work) -> None:
        until = w.now + timedelta(minutes=int(minutes))
        await case_tasks.snooze(w, await centre.owned(w, case, operator), operator, (which, until, why))

    return step


def end_task(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    given = (text_of(form, "task"), form.get("outcome", ""))

    async def step(w: work.Work) -> None:
        await case_tasks.done(w, await centre.owned(w, case, operator), operator, given)

    return step


def drop_task(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    which = text_of(form, "task")

    async def step(w: work.Work) -> None:
        await case_tasks.drop(w, await centre.owned(w, case, operator), operator, which)

    return step


def link(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    ref = text_of(form, "ref")
    return lambda w: relating.link(w, case, operator, ref)


def merge(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    ref = text_of(form, "ref")
    return lambda w: relating.merge(w, case, operator, ref)


def unlink(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    other = CaseId(text_of(form, "other"))
    return lambda w: relating.unlink(w, case, operator, other)


def split(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    other = CaseId(text_of(form, "other"))
    return lambda w: relating.split(w, case, operator, other)


ON_CASE: Mapping[str, tuple[str, OnCase]] = {
    "case.begin_protocol": ("protocol", begin),
    "case.tick": ("tick", tick),
    "case.macro": ("macro", macro),
    "case.fields": ("fields", fields),
    "case.report": ("report", report),
    "case.add_task": ("task-add", add_task),
    "case.snooze_task": ("task-snooze", snooze),
    "case.end_task": ("task-done", end_task),
    "case.drop_task": ("task-drop", drop_task),
    "case.link": ("link", link),
    "case.unlink": ("unlink", unlink),
    "case.merge": ("merge", merge),
    "case.split": ("split", split),
}
"""Route name -> last part of its path, and the step."""


def _on_case(name: str, step: OnCase) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        case, operator, deps = request[CASE].id, request[auth.SIGN_IN].operator, request.config_dict[DEPS]
        form = {**await form_of(request), "zone": deps.zone}
        await deps.actions(step(case, operator, form), case)
        return view.done(request, f"done.{name}", view.case_url(case))

    return handle
