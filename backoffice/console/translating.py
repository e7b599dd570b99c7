"""Machine translation of what was said in a case: asked for by a person, kept, and marked wherever it stands."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from aiohttp import web

from backoffice import queries
from backoffice.console import auth, view
from backoffice.console.actions import BadForm
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.kernel.messages import Role
from backoffice.ports.translating import NotTranslated, Translator, Wanted
from backoffice.workflows import work

MOST = 100
"""Entries of one press: more wait for the next."""
_STAFFS = {"zh_Hans": ("zh_Hans", "zh_Hant"), "en": ("en",)}
"""What a reader of the console reads anyway."""


async def translate(request: web.Request) -> web.Response:
    """Every entry of the other parties that is not translated yet. Asked outside the transaction, kept in one."""
    deps, case, target = request.config_dict[DEPS], request[CASE], view.locale(request)
    if deps.translator is None:
        raise errors.NotFound
    found = await deps.queries.case(case.id, deps.clock.now())
    known = (await deps.desk.work(case, target)).translations
    made: dict[int, str] = {}
    for source, said in _by_language(found, target, known):
        texts = await _asked(deps.translator, Wanted([s.entry.text for s in said], source, target))
        made |= {s.entry.number: text for s, text in zip(said, texts, strict=True)}
    if not made:
        raise BadForm("thread_more.nothing")
    operator = request[auth.SIGN_IN].operator

    async def keep(w: work.Work) -> None:
        await w.uow.translations.put(case.id, target, made)
        await w.uow.staff.audit(w.now, operator.id, "case.translated", f"case:{case.id}")
        w.uow.hint(f"case:{case.id}")

    await deps.actions(keep, case.id)
    return view.done(request, "done.case.translate", view.case_url(case.id))


async def _asked(translator: Translator, wanted: Wanted) -> Sequence[str]:
    try:
        return await translator.translate(wanted)
    except NotTranslated as failed:
        raise errors.Refusal("thread_more.translate_failed", 503) from failed


def _by_language(
    found: queries.CaseView, target: str, known: Mapping[int, str]
) -> list[tuple[str, list[queries.Said]]]:
    """What the client wrote goes with their language; an envoy's is left for the machine to tell."""
    wanted = [
        (_language(found, s), s)
        for s in found.said
        if s.entry.text.strip() and s.entry.role is not Role.OPERATOR and s.entry.number not in known
    ]
    wanted = [pair for pair in wanted if pair[0] not in _STAFFS[target]][:MOST]
    wanted.sort(key=lambda pair: pair[0])
    return [(source, [s for _, s in group]) for source, group in groupby(wanted, key=lambda pair: pair[0])]


def _language(found: queries.CaseView, said: queries.Said) -> str:
    return found.person.locale if said.entry.role is Role.TRAVELLER else ""
