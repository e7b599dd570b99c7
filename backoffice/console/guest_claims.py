"""The insurer's desk: the claims under its own policies, masked until it says why it must know."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from backoffice import ports
from backoffice.claims.claim import Claim, ClaimId, ClaimStatus
from backoffice.console import auth, claim_money, claim_packs, claims, money_words, trail, view
from backoffice.console.actions import form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.insurance import model as insurance
from backoffice.kernel import errors
from backoffice.organisations.model import OrganisationKind

HOME = "/console/guest/claims"
MOST = 200
OPEN_FOR = timedelta(minutes=10)
UNMASKED: web.AppKey[dict[tuple[str, str], datetime]] = web.AppKey("console_claims_unmasked")
"""Until when a session sees a claim whole; a restart masks everything again."""


async def show(request: web.Request) -> web.Response:
    """Filed claims of this insurer: number, kind, state and sums; nobody's name."""
    deps, guest = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    async with deps.store.begin(deps.clock.now()) as uow:
        code = await _insurer(uow, guest)
        found = await uow.claim_desk.of_insurer(code, MOST) if code else []
        lines = [claim for claim in found if not await _silent(uow, claim)]
    month = deps.clock.now().strftime("%Y-%m")
    return view.page(request, "guest_claims.html", lines=lines, money=money_words.said, month=month)


async def _insurer(uow: ports.UnitOfWork, guest: ports.Operator) -> str:
    """The code of the insurer this guest sits for; "" for any other organisation."""
    found = await uow.organisations.get(guest.organisation)
    return found.code if found is not None and found.kind is OrganisationKind.INSURER else ""


async def _silent(uow: ports.UnitOfWork, claim: Claim) -> bool:
    """Nothing of somebody under duress is shown outside the centre."""
    return await uow.cases.duress_of(claim.person) is not None


async def _theirs(request: web.Request) -> Claim:
    """Raises `errors.NotFound` for another insurer's claim, a draft, a drill."""
    deps, guest = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    async with deps.store.begin(deps.clock.now()) as uow:
        claim = await uow.claims.get(ClaimId(request.match_info["claim"]))
        code = await _insurer(uow, guest)
        hidden = claim.drill or claim.filed_at is None or claim.status is ClaimStatus.DRAFT
        if not code or claim.insurer != code or hidden or await _silent(uow, claim):
            raise errors.NotFound
    return claim


def _open(request: web.Request, claim: Claim) -> bool:
    until = request.app[UNMASKED].get((request[auth.SESSION], claim.id))
    return until is not None and request.config_dict[DEPS].clock.now() < until


async def one(request: web.Request) -> web.Response:
    """Masked: no name, no document, no words of the claimant, no papers; what is paid and why stands."""
    claim = await _theirs(request)
    page = await claims.read(_deps(request), claim.id)
    locale = view.catalogue(request).locale
    context: dict[str, Any] = {
        "v": page,
        "claim": page.found.claim,
        "open": _open(request, claim),
        "money": money_words.said,
        "words": lambda texts: insurance.text(texts, locale),
        "masked": masked,
        "minutes": int(OPEN_FOR.total_seconds() // 60),
    }
    return view.page(request, "guest_claim.html", **context)


def _deps(request: web.Request) -> ConsoleDeps:
    deps: ConsoleDeps = request.config_dict[DEPS]
    return deps


def masked(words: str) -> str:
    """The first sign of a name, the last four of a number."""
    if any(sign.isdigit() for sign in words):
        return f"…{words[-4:]}"
    return f"{words[:1]}＊＊" if words else "–"


async def unmask(request: web.Request) -> web.Response:
    """Everything of one claim for ten minutes, for a reason that is on record."""
    claim, deps = await _theirs(request), _deps(request)
    reason = text_of(await form_of(request), "reason")
    await trail.write(request, "claim.unmasked", f"claim:{claim.id} {reason}"[:256])
    kept, now = request.app[UNMASKED], deps.clock.now()
    for old in [key for key, until in kept.items() if until <= now]:
        del kept[old]
    kept[(request[auth.SESSION], claim.id)] = now + OPEN_FOR
    return view.done(request, "done.guest.unmask", f"{HOME}/{claim.id}")


async def paper(request: web.Request) -> web.Response:
    """Only while the claim is unmasked; every paper looked at is on record."""
    claim = await _theirs(request)
    if not _open(request, claim):
        raise errors.NotFound
    return await claims.sheet(_deps(request), claim, request.match_info["sheet"])


async def pack(request: web.Request) -> web.Response:
    """The whole claim as one file, for a reason that is on record."""
    claim = await _theirs(request)
    reason = text_of(await form_of(request), "reason")
    await trail.write(request, "claim.pack", f"claim:{claim.id} {reason}"[:256])
    return await claim_packs.made(request, await claims.read(_deps(request), claim.id))


async def statement(request: web.Request) -> web.Response:
    """The month's payments in this insurer's name."""
    deps, guest = _deps(request), request[auth.SIGN_IN].operator
    async with deps.store.begin(deps.clock.now()) as uow:
        code = await _insurer(uow, guest)
    if not code:
        raise errors.NotFound
    return await claim_money.of_insurer(request, code)
