"""What is asked of an insurer: a row for the runner, and what its answer changes. Nothing is sent twice blindly."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from backoffice.insurance.model import RequestId
from backoffice.insurance.policies import (
    Answer,
    Policy,
    Request,
    RequestKind,
    RequestState,
    Said,
    local_day,
)
from backoffice.kernel.errors import Refusal
from backoffice.ports import Alert
from backoffice.ports.insurance import Heard
from backoffice.workflows import policy_letters
from backoffice.workflows.work import Work

ASK_AGAIN = timedelta(minutes=5)
"""A request that is with the insurer is asked about this often."""
A_DAY = timedelta(days=1)
_WARNED = "warned"
Effect = Callable[[Work, Policy, Request, Answer], Awaitable[None]]


async def ask(
    work: Work, policy: Policy, kind: RequestKind, payload: Mapping[str, Any] | None = None
) -> Request:
    """A row for the runner: carried out after this transaction, never inside it."""
    if policy.holder is None:
        raise ValueError("only a policy bought here is asked for")
    made = Request(
        id=RequestId(work.new_id()),
        kind=kind,
        policy=policy.id,
        person=policy.holder,
        insurer=policy.insurer,
        created_at=work.now,
        due=work.now,
        payload=dict(payload or {}),
    )
    await work.uow.policies.add_request(made)
    work.uow.hint("insurers")
    return made


async def settle(
    work: Work, request: Request, answer: Answer, effects: Mapping[tuple[RequestKind, Said], Effect]
) -> None:
    """Take an insurer's answer. One that comes again changes nothing; one that contradicts is shown to staff."""
    if request.settled:
        if answer.said in (Said.CONFIRMED, Said.REFUSED) and str(answer.said) != str(request.state):
            await alert(work, "insurer_contradicts", request)
        return
    request.reference = answer.number or request.reference
    request.error = answer.reason[:500]
    match answer.said:
        case Said.UNKNOWN_THERE:
            await _never_got(work, request)
        case Said.PENDING:
            await _with_them(work, request)
        case _ if answer.said is Said.CONFIRMED and request.kind is RequestKind.ISSUE and not answer.number:
            request.error = "confirmed without a number"
            await _with_them(work, request)
            await alert(work, "insurer_no_number", request)
        case _:
            request.move(RequestState(str(answer.said)))
            await work.uow.policies.save_request(request)
            policy = await work.uow.policies.get(request.policy)
            await effects[request.kind, answer.said](work, policy, request, answer)


async def _never_got(work: Work, request: Request) -> None:
    """Sending it is safe, and only now. What they had taken is asked about again."""
    if request.state is RequestState.PENDING:
        await _with_them(work, request)
        return
    request.due = work.now
    request.move(RequestState.WAITING)
    await work.uow.policies.save_request(request)
    work.uow.hint("insurers")


async def _with_them(work: Work, request: Request) -> None:
    request.due = work.now + ASK_AGAIN
    if request.state is not RequestState.PENDING:
        request.move(RequestState.PENDING)
    await _soon(work, request)
    await work.uow.policies.save_request(request)


async def _soon(work: Work, request: Request) -> None:
    """The cover should begin tomorrow and nobody has confirmed it: the holder and staff hear of it, once."""
    if request.kind is not RequestKind.ISSUE or request.payload.get(_WARNED):
        return
    policy = await work.uow.policies.get(request.policy)
    if local_day(work.now + A_DAY) < policy.starts:
        return
    request.payload = {**request.payload, _WARNED: True}
    await alert(work, "insurer_late", request)
    await policy_letters.tell(work, policy, "cover.still_applied")


async def nobodys(work: Work, heard: Heard) -> None:
    """A word about a request that is none of ours: never dropped, staff look into it."""
    text = f"{heard.insurer} {heard.request[:40]} {heard.answer.said} {heard.answer.number}"
    await work.uow.desk.alert(Alert(0, work.now, "insurer_unknown_request", None, text))
    work.uow.hint("queue")


async def alert(work: Work, kind: str, request: Request) -> None:
    """Staff see which request; never whose."""
    text = f"{request.insurer} {request.kind} {request.id[:8]} {request.error}"
    await work.uow.desk.alert(Alert(0, work.now, kind, None, text))
    work.uow.hint("queue")


class NotSettled(Refusal):
    """Something else is still with the insurer."""

    key = "cover.not_settled"
