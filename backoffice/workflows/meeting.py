"""Code words of an SOS meeting: wrong three times alarms (business.md, Envoys)."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.cases.model import Case
from backoffice.dispatch.model import Assignment
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message, Role
from backoffice.ports import Alert
from backoffice.workflows import jobs, ringing
from backoffice.workflows.work import Work, about

MOST_WRONG = 3
WRONG = "wrong_words"
"""In a case's notes: how often each side was given a wrong word since the last right one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Who typed the word that the other has said; an envoy about their own part in the case."""

    role: Role
    person: PersonId
    word: str
    assignment: Assignment | None = None


async def expected(work: Work, case: Case) -> Sequence[Assignment]:
    """The envoys this case's traveller is to meet."""
    return [a for a in await jobs.working(work, case) if a.code_word]


async def heard(work: Work, case: Case, what: Heard) -> None:
    """Right: both may be sure. Wrong: they are told at once; at the third time the centre is rung for it."""
    asked = [what.assignment] if what.assignment else await expected(work, case)
    if what.word in {a.code_word for a in asked}:
        await _right(work, case, what)
        return
    wrong = _counts(case).get(what.role, 0) + 1
    await _count(work, case, what.role, wrong)
    await work.note(case, _actor(what), "meeting.wrong_word", times=wrong)
    if wrong >= MOST_WRONG:
        await _alarm(work, case, what)
    else:
        key = "sos.wrong_word" if what.role is Role.TRAVELLER else "job.wrong_word"
        await work.tell(about(case, what.person, Message(key)))


def _counts(case: Case) -> dict[str, int]:
    return dict(case.notes.get(WRONG, {}))


async def _count(work: Work, case: Case, role: Role, times: int) -> None:
    case.notes = case.notes | {WRONG: _counts(case) | {str(role): times}}
    await work.uow.cases.save(case)


async def _right(work: Work, case: Case, what: Heard) -> None:
    await _count(work, case, what.role, 0)
    await work.note(case, _actor(what), "meeting.right_word")
    key = "sos.right_word" if what.role is Role.TRAVELLER else "job.right_word"
    await work.tell(about(case, what.person, Message(key)))


async def _alarm(work: Work, case: Case, what: Heard) -> None:
    """Somebody may stand there who is not who they say: both keep apart until the centre has spoken to them."""
    await work.uow.desk.alert(Alert(0, work.now, "wrong_code_word", case.id, case.ref))
    await ringing.again(work, case, _actor(what))
    tell = work.show if what.role is Role.TRAVELLER else work.tell_traveller
    await tell(case, Message("sos.wrong_words"))
    for assignment in [what.assignment] if what.assignment else await expected(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        await work.tell(about(case, envoy.person, Message("job.wrong_words")))
    work.uow.hint("queue")


def _actor(what: Heard) -> str:
    return f"envoy:{what.assignment.envoy}" if what.assignment else "traveller"
