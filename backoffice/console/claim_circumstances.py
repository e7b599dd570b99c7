"""The form of what a reviewer found out about a claim: circumstances of exclusions, and facts told wrong."""

from datetime import date

from backoffice import ports
from backoffice.claims.claim import ClaimId
from backoffice.claims.found import Found, Standing
from backoffice.console import actions, speech
from backoffice.console.actions import BadForm, Form
from backoffice.console.claims import OnClaim, seen_in
from backoffice.console.deps import Step
from backoffice.workflows import claim_circumstances, work
from backoffice.workflows.claim_circumstances import Entered

MOST = 9999


def enter(claim: ClaimId, operator: ports.Operator, form: Form) -> Step:
    """`when-<exclusion>` says how each stands; an empty field leaves what was told."""
    standings = {
        name.removeprefix("when-"): actions.choice(Standing, typed)
        for name, typed in form.items()
        if name.startswith("when-")
    }
    found = Found(
        standings,
        event_on=_day(form),
        country=_country(form),
        sport=_sport(form),
        hours=_whole(form, "hours"),
        days=_whole(form, "days"),
    )
    entered = Entered(found, form.get("why", ""), seen_in(form))

    async def step(w: work.Work) -> None:
        await claim_circumstances.enter(w, claim, operator, entered)

    return step


def _day(form: Form) -> date | None:
    typed = form.get("event_on", "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as wrong:
        raise BadForm("error.claim_day") from wrong


def _country(form: Form) -> str | None:
    """ISO 3166-1 alpha-2."""
    typed = form.get("country", "").strip().upper()
    if typed and (len(typed) != 2 or speech.country(typed, "en") == typed):
        raise BadForm("error.claim_country")
    return typed or None


def _sport(form: Form) -> str | None:
    """`none` says that there was none; empty leaves what was told."""
    typed = form.get("sport", "")
    return "" if typed == "none" else typed or None


def _whole(form: Form, name: str) -> int | None:
    typed = form.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and int(typed) <= MOST):
        raise BadForm("error.claim_number")
    return int(typed)


ON_CLAIM: dict[str, tuple[str, OnClaim]] = {"claim.circumstances": ("circumstances", enter)}
"""Route name -> last part of its path, and the step."""
