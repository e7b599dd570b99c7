"""Claims: those that wait with their clocks, one claim as the rules see it, and a person's decision about it."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.claims import payment
from backoffice.claims.claim import Claim, ClaimId
from backoffice.claims.found import Standing
from backoffice.claims.model import Verdict
from backoffice.claims.review import Ruling
from backoffice.console import auth, money_words, security, view
from backoffice.console.actions import BadForm, Form, form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps, Step
from backoffice.insurance import model as insurance
from backoffice.insurance import sports
from backoffice.kernel import errors
from backoffice.kernel.money import Money
from backoffice.workflows import claim_desk, claim_payment, claim_review, work
from backoffice.workflows.claim_review import SIGNED, Asked

HOME = "/console/claims"
NEXT = f"{HOME}/next"
OnClaim = Callable[[ClaimId, ports.Operator, Form], Step]


async def show(request: web.Request) -> web.Response:
    """Simple ones first by the end of the claimant's day, then the others by age."""
    deps, found = request.config_dict[DEPS], []

    async def step(w: work.Work) -> None:
        found.append(await claim_desk.board(w))

    await deps.look(step)
    return view.page(request, "claims.html", **_words(request), board=found[0])


def _words(request: web.Request) -> dict[str, Any]:
    locale = view.catalogue(request).locale
    return {
        "money": money_words.said,
        "words": lambda texts: insurance.text(texts, locale),
        "may": view.allowed(request),
        "me": request[auth.SIGN_IN].operator.id,
        "PERSON": Verdict.PERSON,
        "standings": list(Standing),
        "tail": payment.tail,
        "sport_name": lambda sport: sports.name(sport, locale),
    }


async def following(request: web.Request) -> web.Response:
    """The next simple claim, or the list when none is left."""
    deps, found = request.config_dict[DEPS], []
    after = request.query.get("after", "")

    async def step(w: work.Work) -> None:
        found.append(await claim_desk.next_simple(w, after))

    await deps.look(step)
    raise web.HTTPSeeOther(url(found[0]) if found[0] else HOME)


def url(claim: ClaimId) -> str:
    return f"{HOME}/{claim}"


def _id(request: web.Request) -> ClaimId:
    return ClaimId(request.match_info["claim"])


async def one(request: web.Request) -> web.Response:
    """A claim: its papers, each line with its arithmetic, what is odd about it, and the letter a decision sends."""
    deps = request.config_dict[DEPS]
    page = await read(deps, _id(request))
    letter = deps.words.text(page.letter, page.locale, page.found.claim.zone) if page.letter else ""
    signed = page.found.claim.notes.get(SIGNED)
    context = {**_words(request), "v": page, "claim": page.found.claim, "letter": letter, "signed": signed}
    return view.page(request, "claim.html", **context, next=f"{NEXT}?after={page.found.claim.id}")


async def read(deps: ConsoleDeps, claim: ClaimId) -> claim_desk.Page:
    """Raises `errors.NotFound`."""
    found: list[claim_desk.Page] = []

    async def step(w: work.Work) -> None:
        found[:] = [await claim_desk.page(w, await w.uow.claims.get(claim))]

    await deps.look(step)
    return found[0]


async def paper(request: web.Request) -> web.Response:
    """A photo or paper as it was drawn anew; the original leaves nowhere."""
    deps = request.config_dict[DEPS]
    return await sheet(deps, await _claim(deps, _id(request)), request.match_info["sheet"])


async def sheet(deps: ConsoleDeps, claim: Claim, sheet_id: str) -> web.Response:
    """A JPEG. Raises `errors.NotFound` for another claim's paper and for what could not be drawn."""
    async with deps.store.begin(deps.clock.now()) as uow:
        papers = await uow.claims.papers(claim.id)
    found = next((p for p in papers if p.id == sheet_id), None)
    if found is None or found.view is None:
        raise errors.NotFound
    headers = {"Content-Security-Policy": security.SANDBOX, "Cache-Control": "no-store"}
    return web.Response(body=await deps.media.get(found.view), content_type="image/jpeg", headers=headers)


async def _claim(deps: ConsoleDeps, claim: ClaimId) -> Claim:
    async with deps.store.begin(deps.clock.now()) as uow:
        return await uow.claims.get(claim)


def take(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    async def step(w: work.Work) -> None:
        await claim_review.take(w, claim, operator)

    return step


def decide(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    """`sum-<line>` for each line, in the policy's currency; empty leaves an open line open."""
    currency = form.get("currency", "")
    sums = {
        name.removeprefix("sum-"): _sum(typed, currency)
        for name, typed in form.items()
        if name.startswith("sum-") and typed.strip()
    }
    ruling = Ruling(sums, form.get("reason", ""), seen_in(form))

    async def step(w: work.Work) -> None:
        await claim_review.decide(w, claim, operator, ruling)

    return step


def _sum(typed: str, currency: str) -> Money:
    try:
        return money_words.read(typed, currency)
    except ValueError as wrong:
        raise BadForm("error.amount") from wrong


def seen_in(form: Form) -> int:
    """The claim's version the page showed."""
    given = form.get("seen", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise BadForm
    return int(given)


def unsign(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    async def step(w: work.Work) -> None:
        await claim_review.unsign(w, claim, operator)

    return step


def more(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    papers = tuple(name.removeprefix("paper-") for name in form if name.startswith("paper-"))
    asked = Asked(papers, form.get("words", ""), seen_in(form))

    async def step(w: work.Work) -> None:
        await claim_review.more(w, claim, operator, asked)

    return step


def payee(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    name, account = text_of(form, "name"), text_of(form, "account")

    async def step(w: work.Work) -> None:
        await claim_payment.name_by(w, claim, operator, name, account)

    return step


def again(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    async def step(w: work.Work) -> None:
        await claim_payment.again(w, claim, operator)

    return step


ON_CLAIM: dict[str, tuple[str, OnClaim]] = {
    "claim.take": ("take", take),
    "claim.decide": ("decide", decide),
    "claim.unsign": ("unsign", unsign),
    "claim.more": ("more", more),
    "claim.payee": ("payee", payee),
    "claim.again": ("again", again),
}
"""Route name -> last part of its path, and the step."""


def on_claim(name: str, step: OnClaim) -> Handler:
    """The handler of one action on a claim."""

    async def handle(request: web.Request) -> web.Response:
        claim, operator = _id(request), request[auth.SIGN_IN].operator
        act = step(claim, operator, await form_of(request))
        await request.config_dict[DEPS].actions(act, f"claim:{claim}")
        return view.done(request, f"done.{name}", url(claim))

    return handle
