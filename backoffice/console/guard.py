"""The one gate of the console: every route passes here, and what has no entry in the table is not served."""

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.cases.model import Case
from backoffice.console import access, auth, security, view
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.kernel import errors, ids
from backoffice.kernel.ids import CaseId, MediaId

log = logging.getLogger(__name__)

CASE: web.RequestKey[Case] = web.RequestKey("console_case", Case)
FORM_LIMIT = 64 * 1024
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
        if (request.content_length or 0) > FORM_LIMIT:
            raise web.HTTPRequestEntityTooLarge(FORM_LIMIT, request.content_length or 0)
    act = access.ROUTES[name]
    if act is not access.PUBLIC:
        await _admit_person(request, act)
    return await handler(request)


async def _admit_person(request: web.Request, act: access.Act) -> None:
    deps = request.config_dict[DEPS]
    session = auth.session_of(request)
    sign_in = await auth.current(deps, session)
    if sign_in is None:
        raise view.to_sign_in(request)
    request[auth.SIGN_IN], request[auth.SESSION] = sign_in, session
    if request.method in security.UNSAFE:
        auth.check_csrf(sign_in, await _csrf(request))
    case = await _case(deps, request)
    if case is not None:
        request[CASE] = case
        if not access.may(sign_in.operator, access.Act.SEE_CASE, case):
            raise errors.NotFound
    if not access.may(sign_in.operator, act, case):
        raise errors.NotAllowed("error.not_owner" if _only_ownership(sign_in.operator, act, case) else None)
    if LIVE not in request.headers:
        await auth.touch(deps, session, sign_in)


def _only_ownership(operator: ports.Operator, act: access.Act, case: Case | None) -> bool:
    return case is not None and operator.role in access.ROLES[act] and not access.owns(operator, case)


async def _csrf(request: web.Request) -> str:
    header = request.headers.get("X-CSRF", "")
    return header or str((await request.post()).get("csrf", ""))


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
