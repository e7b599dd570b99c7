"""Papers of a case on its page: which file is what, files that come another way, and who named them."""

from collections.abc import Mapping, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.cases.papers import LARGEST, CasePaper, PaperKind
from backoffice.console import actions, auth, view
from backoffice.console.actions import BadForm, Form, OnCase, form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps, Step
from backoffice.console.guard import CASE
from backoffice.kernel import ids
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.workflows import case_files
from backoffice.workflows.case_files import Named

ID = "[0-9a-zA-Z_-]{1,64}"
CHUNK = 64 * 1024


def add(router: web.UrlDispatcher) -> None:
    """Every route here has its entry in `access.ROUTES`."""
    one = f"/cases/{{case:{ID}}}/papers"
    for name, (path, step) in ON_CASE.items():
        router.add_post(f"{one}/{path}", _on_paper(name, step), name=name)
    router.add_post(f"{one}/add", put, name="case.paper_add")


async def of(deps: ConsoleDeps, case: CaseId) -> Sequence[CasePaper]:
    async with deps.store.begin(deps.clock.now()) as uow:
        return await uow.case_papers.of_case(case)


def mark(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    entry, kind = text_of(form, "entry"), actions.choice(PaperKind, form.get("kind", ""))
    if not (entry.isascii() and entry.isdigit() and len(entry) < 10):
        raise BadForm
    return lambda w: case_files.mark(w, case, operator, int(entry), kind)


def remove(case: CaseId, operator: ports.Operator, form: Form) -> Step:
    paper = text_of(form, "paper")
    return lambda w: case_files.remove(w, case, operator, paper)


ON_CASE: Mapping[str, tuple[str, OnCase]] = {
    "case.paper_mark": ("mark", mark),
    "case.paper_unmark": ("unmark", remove),
}
"""Route name -> last part of its path, and the step."""


def _on_paper(name: str, step: OnCase) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        case, operator = request[CASE].id, request[auth.SIGN_IN].operator
        await request.config_dict[DEPS].actions(step(case, operator, await form_of(request)), case)
        return view.done(request, f"done.{name}", view.case_url(case))

    return handle


async def put(request: web.Request) -> web.Response:
    """The body is the file, `kind` stands in the query: a photo or a PDF by its content, of at most `LARGEST` bytes.

    The file is sealed under the case's key before anything refers to it; the original is kept, shown is what the
    decoder draws.
    """
    deps, case = request.config_dict[DEPS], request[CASE].id
    operator = request[auth.SIGN_IN].operator
    kind = actions.choice(PaperKind, request.query.get("kind", ""))
    body = await _body(request)
    look = await deps.photos.look(body)
    if look.unfit:
        raise BadForm("error.paper_unfit")
    media = MediaId(ids.new_id(deps.bits))
    await deps.media.put(case, media, body)
    await deps.actions(lambda w: case_files.add(w, case, operator, Named(media, kind)), case)
    return view.done(request, "done.case.paper_add", view.case_url(case))


async def _body(request: web.Request) -> bytes:
    found = bytearray()
    async for part in request.content.iter_chunked(CHUNK):
        found += part
        if len(found) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, len(found))
    if not found:
        raise BadForm("error.no_file")
    return bytes(found)
