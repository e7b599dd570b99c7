"""The one gate of the console: every route passes here, and what has no entry in the table is not served."""

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.cases import papers
from backoffice.cases.model import Case
from backoffice.console import access, auth, security, trail, view
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.kernel import errors, ids
from backoffice.kernel.ids import CaseId, MediaId

log = logging.getLogger(__name__)

CASE: web.RequestKey[Case] = web.RequestKey("console_case", Case)
FORM_LIMIT = 64 * 1024
LARGE = {"case.paper_add": papers.LARGEST}
"""Routes whose body is a file and not a form."""
LIVE = "X-Live"
"""Header of requests the page makes by itself: they show nobody's presence."""


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes a sentence; what we did not expect gets a reference and a log line, never a trace.

    Except to a browser that has gone: there is nobody left to explain it to.
    """
    try:
        return await handler(request)
    except errors.Refusal as refusal:
        return view.refusal(request, refusal)
    except errors.Stale:
        return view.trouble(request, 409, "error.stale")
    except errors.Unavailable:
        return view.trouble(request, 503, "error.unavailable")
    except web.HTTPException as problem:
        if problem.status < 400:
            raise
        return view.trouble(request, problem.status, f"error.http.{problem.status}")
    except ConnectionError:
        raise
    except Exception:  # the outermost edge of the page: the operator must get a sentence, we the trace
        reference = ids.new_ref(request.config_dict[DEPS].bits, 8)
        log.exception("console request failed, reference %s", reference)
        return view.trouble(request, 500, "error.http.500", reference=reference)


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Origin, session, CSRF token, role and object, in this order; refused unless each says yes."""
    if request.match_info.http_exception is not None:
        return await handler(request)
    name = request.match_info.route.name or ""
    if name not in access.ROUTES:
        raise web.HTTPNotFound
    if request.method in security.UNSAFE:
        security.check_origin(request)
        most = LARGE.get(name, FORM_LIMIT)
        if (request.content_length or 0) > most:
            raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    act = access.ROUTES[name]
    if act is access.PUBLIC:
        return await handler(request)
    await _admit_person(request, name, act)
    await trail.keep_change(request, name)
    answer = await handler(request)
    await trail.keep_view(request, name, answer)
    return answer


async def _admit_person(request: web.Request, name: str, act: access.Act) -> None:
    deps = request.config_dict[DEPS]
    session = auth.session_of(request)
    sign_in = await auth.current(deps, session)
    if sign_in is None:
        raise view.to_sign_in(request)
    request[auth.SIGN_IN], request[auth.SESSION] = sign_in, session
    if request.method in security.UNSAFE:
        auth.check_csrf(sign_in, await _csrf(request))
    about = await _about(deps, request, sign_in.operator)
    if about is not None:
        request[CASE], request[auth.ABOUT] = about.case, about
        _admit_to_case(request, name, act, sign_in.operator)
    if not access.may(sign_in.operator, act, about):
        if name == "board":
            raise web.HTTPSeeOther(view.home(sign_in.operator))
        raise errors.NotAllowed("error.not_owner" if _only_ownership(sign_in.operator, act, about) else None)
    if LIVE not in request.headers:
        await auth.touch(deps, session, sign_in)


def _admit_to_case(request: web.Request, name: str, act: access.Act, operator: ports.Operator) -> None:
    """Nothing is done to a case by whom it is not shown to; a page offers to say why it must be opened."""
    about = request[auth.ABOUT]
    if act in access.GUESTS_ON_A_CASE or act is access.Act.BREAK_GLASS:
        if not access.may(operator, act, about):
            raise errors.NotFound
    elif not access.may(operator, access.Act.SEE_CASE, about):
        if not access.may(operator, access.Act.BREAK_GLASS, about):
            raise errors.NotFound
        if name == "case" and LIVE not in request.headers:
            raise web.HTTPSeeOther(f"{view.case_url(about.case.id)}/glass")
        raise errors.NotAllowed("error.glass")


async def still_admitted(request: web.Request) -> bool:
    """For what stays open: the session lives, the role is the one of the beginning, the case is still theirs to see."""
    deps = request.config_dict[DEPS]
    sign_in = await auth.current(deps, request[auth.SESSION])
    if sign_in is None or sign_in.operator.role is not request[auth.SIGN_IN].operator.role:
        return False
    act = access.ROUTES[request.match_info.route.name or ""]
    about = await _about(deps, request, sign_in.operator) if CASE in request else None
    return act is not access.PUBLIC and access.may(sign_in.operator, act, about)


def _only_ownership(operator: ports.Operator, act: access.Act, about: access.OnCase | None) -> bool:
    return about is not None and operator.role in access.ROLES[act] and not access.owns(operator, about.case)


async def _csrf(request: web.Request) -> str:
    header = request.headers.get("X-CSRF", "")
    return header or str((await request.post()).get("csrf", ""))


async def _about(deps: ConsoleDeps, request: web.Request, operator: ports.Operator) -> access.OnCase | None:
    case = await _case(deps, request)
    if case is None:
        return None
    return access.OnCase(case, await deps.queries.tie(operator, case), deps.clock.now())


async def _case(deps: ConsoleDeps, request: web.Request) -> Case | None:
    """The case a route is about, by its id or by one of its files. Raises `errors.NotFound`."""
    match = request.match_info
    if "media" in match:
        card = await deps.queries.media(MediaId(match["media"]))
        if card is None:
            raise errors.NotFound
        return await _found(deps, card.case)
    return await _found(deps, CaseId(match["case"])) if "case" in match else None


async def _found(deps: ConsoleDeps, case: CaseId) -> Case:
    head = await deps.queries.head(case)
    if head is None:
        raise errors.NotFound
    return head
