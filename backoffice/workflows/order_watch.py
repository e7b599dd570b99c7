"""An envoy serving an order who goes silent: asked whether all is well, then the centre is alarmed."""

from datetime import datetime, timedelta

from backoffice.dispatch.model import Envoy
from backoffice.kernel.messages import Choice, Message, Param, Role, Span
from backoffice.orders.model import Order, OrderStatus
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work

QUIET = "order.quiet"
"""The question whether all is well: its answer is a sign of life that the traveller does not read."""
ASKED, ALARMED = "asked", "alarmed"
_FINE = (Choice("fine", "button.order_fine", "1"),)


async def begin(work: Work, order: Order) -> None:
    """From the start of the service on somebody looks whether a word or a position comes."""
    await _arm(work, order, work.now + _near(work), "", work.now)


def _near(work: Work) -> timedelta:
    return work.world.duty.silent_on_order * work.world.duty.near


async def _arm(work: Work, order: Order, due: datetime, stage: str, since: datetime) -> None:
    await letters.arm(work, order, DeadlineKind.ORDER_SILENT, due, stage=stage, since=since.isoformat())


async def look(work: Work, order: Order, deadline: Deadline) -> None:
    """No sign since `since`: one step further; any sign: from there anew. What is over is not watched."""
    envoy = await letters.envoy_of(work, order)
    if order.status is not OrderStatus.RUNNING or envoy is None:
        return
    since, stage = datetime.fromisoformat(deadline.payload["since"]), str(deadline.payload["stage"])
    sign = await _last_sign(work, order, envoy)
    stage = "" if sign > since else stage
    quiet = work.now - sign
    if quiet < _near(work):
        await _arm(work, order, sign + _near(work), "", sign)
    elif quiet < work.world.duty.silent_on_order:
        await _ask(work, order, envoy, stage, quiet)
        await _arm(work, order, sign + work.world.duty.silent_on_order, ASKED, sign)
    else:
        await _alarm(work, order, envoy, stage, quiet)
        await _arm(work, order, work.now + _near(work), ALARMED, sign)


async def _last_sign(work: Work, order: Order, envoy: Envoy) -> datetime:
    """Their newest word from any chat, or their newest position, since the service began."""
    heard = [identity.heard_at for identity in await work.uow.people.identities(envoy.person)]
    known = [at for at in (order.started_at, envoy.position_at, *heard) if at and at <= work.now]
    return max(known, default=work.now)


async def _ask(work: Work, order: Order, envoy: Envoy, stage: str, quiet: timedelta) -> None:
    if stage:
        return
    params: dict[str, Param] = {"ref": order.ref, "quiet": Span(quiet.total_seconds())}
    message = Message("job.order_quiet", params, _FINE)
    letter = letters.about(order, envoy.person, message, tag=f"quiet:{order.id}")
    until = work.now + work.world.duty.silent_on_order
    await work.ask(letter, QUIET, letters.subject(order, Role.ENVOY), until)


async def _alarm(work: Work, order: Order, envoy: Envoy, stage: str, quiet: timedelta) -> None:
    """Once for each silence: the centre sees which order, who, and for how long, and can call both."""
    if stage == ALARMED:
        return
    minutes = int(quiet.total_seconds() // 60)
    await letters.note(work, order, "system", "order.silent", name=envoy.name, minutes=minutes)
    await letters.alert(work, order, "order_silent")
    await letters.tell(work, order, Role.ENVOY, Message("job.order_quiet_alarmed", {"ref": order.ref}))


async def fine(work: Work, order: Order) -> None:
    """All is well: the watch begins anew, and nobody else reads it."""
    await work.uow.talk.close_about(letters.subject(order, Role.ENVOY), QUIET)
    await letters.note(work, order, "envoy", "order.all_well")
    await letters.tell(work, order, Role.ENVOY, Message("job.order_quiet_kept"))
