"""One's shift: on duty, paused, over; handing over in writing; and for supervisors who is there and who is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from backoffice import ports
from backoffice.console import access, actions, auth, view
from backoffice.console.deps import DEPS, Step
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.oncall.shifts import DUTY_MOVES, Duty, DutyState, Handover
from backoffice.workflows import shifts, work

HERE = "/console/shift"
SHOWN = 20
NOTE = "note-"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the desk: how they stand, when a console of theirs was last used, how many cases they own."""

    operator: ports.Operator
    duty: Duty | None
    seen: datetime | None
    owns: int


async def show(request: web.Request) -> web.Response:
    deps, me = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    boss = access.may(me, access.Act.CALL_AWAY)
    async with deps.store.begin(deps.clock.now()) as uow:
        duties = await uow.shifts.duties()
        mine = [await uow.cases.get(case) for case in await uow.shifts.owned(me.id)]
        papers = await uow.shifts.concerning(() if boss else {me.id}, SHOWN)
        refs = {case: (await uow.cases.get(CaseId(case))).ref for paper in papers for case, _ in paper.notes}
        everybody = [o for o in await uow.staff.everybody() if o.active and o.role in shifts.DESK]
        lines = await uow.staff.sessions()
        owns = {one.id: len(await uow.shifts.owned(one.id)) for one in everybody}
    own = duties.get(me.id)
    state = own.state if own else DutyState.OFF
    return view.page(
        request, "shift.html", may=view.allowed(request), own=own, state=state, mine=mine,
        waiting=[p for p in papers if p.taker == me.id and p.acknowledged_at is None], papers=papers, refs=refs,
        there=[Colleague(o, duties.get(o.id), _seen(lines, o.id), owns[o.id]) for o in everybody],
        colleagues=[o for o in everybody if o.id != me.id],
        names={o.id: o.name for o in everybody},
        moves=[s for s in (DutyState.ON, DutyState.PAUSED, DutyState.OFF) if s in DUTY_MOVES[state]], boss=boss,
    )  # fmt: skip


def _seen(lines: Sequence[ports.SessionLine], operator: str) -> datetime | None:
    return max((line.seen_at for line in lines if line.operator == operator), default=None)


async def say(request: web.Request) -> web.Response:
    to = actions.choice(DutyState, (await actions.form_of(request)).get("to", ""))
    me = request[auth.SIGN_IN].operator
    await request.config_dict[DEPS].actions(lambda w: shifts.say(w, me, to), None)
    return view.done(request, f"done.shift.{to}", HERE)


async def write(request: web.Request) -> web.Response:
    """`note-<case>` is the word for each case in one's hands."""
    form, me = await actions.form_of(request), request[auth.SIGN_IN].operator
    taker = OperatorId(actions.text_of(form, "to"))
    notes = {key.removeprefix(NOTE): value for key, value in form.items() if key.startswith(NOTE)}

    async def step(w: work.Work) -> None:
        await shifts.write(w, me, taker, form.get("words", ""), notes)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.shift.handover", HERE)


async def acknowledge(request: web.Request) -> web.Response:
    """Read: every case in it is the reader's from here, then the paper is signed. Pressed again it goes on."""
    deps, me = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    async with deps.store.begin(deps.clock.now()) as uow:
        paper = await uow.shifts.get(request.match_info["handover"])
    if paper.taker != me.id:
        raise errors.NotAllowed("shift.not_to_you")
    if paper.acknowledged_at is None:
        for case, _ in paper.notes:
            await deps.actions(_receive(CaseId(case), paper), case)
    await deps.actions(lambda w: shifts.acknowledge(w, paper.id, me), None)
    return view.done(request, "done.shift.acknowledge", HERE)


def _receive(case: CaseId, paper: Handover) -> Step:
    async def step(w: work.Work) -> None:
        await shifts.receive(w, case, paper)

    return step


async def away(request: web.Request) -> web.Response:
    """Everything in an absent colleague's hands rings again, each case by itself."""
    deps, me = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    absent = OperatorId(request.match_info["operator"])
    await deps.actions(lambda w: shifts.away(w, absent, me), None)
    async with deps.store.begin(deps.clock.now()) as uow:
        left = await uow.shifts.owned(absent)
    for case in left:
        await deps.actions(_give_back(case, absent, me), case)
    return view.done(request, "done.shift.away", HERE)


def _give_back(case: CaseId, absent: OperatorId, by: ports.Operator) -> Step:
    async def step(w: work.Work) -> None:
        await shifts.give_back(w, case, absent, by)

    return step
