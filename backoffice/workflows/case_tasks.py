"""Tasks of a case: made by the service and by operators, put off with a reason, done with an outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.cases import tasks
from backoffice.cases.model import Case, Verified
from backoffice.cases.tasks import Task, TaskKind, TaskStatus
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import DeadlineId, OperatorId
from backoffice.ports import Alert, Deadline, DeadlineKind, Operator
from backoffice.workflows import relay
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work

SYSTEM = "system"
FARTHEST = timedelta(days=60)
"""Later than this is a slip of the pen, not a plan."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A task as an operator wants it: what, by when (UTC), in which words, and whose it is (nobody: the owner's)."""

    kind: TaskKind
    due: datetime
    text: str
    operator: OperatorId | None = None


async def taken(work: Work, case: Case) -> None:
    """Somebody has the case: the call-back or the missing number, and the first report, get their times."""
    await calls(work, case)
    await reports(work, case)


async def calls(work: Work, case: Case) -> None:
    """Either a call-back is due or a number is: never both. Nobody under duress is called."""
    if case.duress or case.verified in (Verified.VERIFIED, Verified.FALSE_ALARM):
        return
    person = await work.uow.people.get(case.requester)
    if person.profile.phone:
        await _end_own(work, case, TaskKind.GET_NUMBER, TaskStatus.DONE)
        await _own(work, case, TaskKind.CALL_BACK, work.world.desk.call_back)
    else:
        await _end_own(work, case, TaskKind.CALL_BACK, TaskStatus.DROPPED)
        await _own(work, case, TaskKind.GET_NUMBER, work.world.desk.number)


async def number_known(work: Work, case: Case) -> None:
    """A number has come: the task to get one becomes the task to call it."""
    if await work.uow.tasks.open_of(case.id, TaskKind.GET_NUMBER):
        await calls(work, case)


async def called(work: Work, case: Case, outcome: Verified) -> None:
    """What came of a call: reached ends the task, silence sets the next try, no number asks for one."""
    if outcome is Verified.NO_NUMBER:
        await _end_own(work, case, TaskKind.CALL_BACK, TaskStatus.DROPPED, str(outcome))
        await _own(work, case, TaskKind.GET_NUMBER, work.world.desk.number)
        return
    if outcome is not Verified.NO_ANSWER:
        await _end_own(work, case, TaskKind.CALL_BACK, TaskStatus.DONE, str(outcome))
        await _end_own(work, case, TaskKind.GET_NUMBER, TaskStatus.DONE, str(outcome))
        return
    task = await _own(work, case, TaskKind.CALL_BACK, work.world.desk.call_again)
    task.attempts += 1
    await _put_off(work, case, task, work.now + work.world.desk.call_again)


async def reports(work: Work, case: Case) -> None:
    """How the case stands is written down again within its priority's time; a graver case sooner than was set."""
    within = work.world.desk.report(tasks.priority(case))
    task = await _own(work, case, TaskKind.REPORT, within)
    if task.due > work.now + within and not task.snoozed:
        await _put_off(work, case, task, work.now + within)


async def report(work: Work, case: Case, operator: Operator, text: str) -> None:
    """A situation report: a note all staff read; the clock to the next one starts anew."""
    await relay.note(work, case, (operator.id, operator.name), text)
    await _end_own(work, case, TaskKind.REPORT, TaskStatus.DONE)
    await work.note(case, f"operator:{operator.id}", "case.reported")
    await reports(work, case)


async def add(work: Work, case: Case, operator: Operator, wish: Wish) -> Task:
    """A reminder, or words that go out by themselves later. Raises `Refusal` for a time that is no plan."""
    if not work.now < wish.due <= work.now + FARTHEST:
        raise Refusal("task.bad_time", 400)
    if wish.kind is TaskKind.MESSAGE and case.duress:
        raise Refusal("centre.duress_silent")
    task = Task(
        id=work.new_id(),
        case=case.id,
        kind=wish.kind,
        due=wish.due,
        made_at=work.now,
        made_by=f"operator:{operator.id}",
        text=wish.text.strip()[: tasks.TEXT_LIMIT],
        by_name=operator.name,
        operator=wish.operator,
    )
    await _begin(work, case, task)
    await work.note(case, task.made_by, "task.made", task=str(task.kind))
    return task


async def snooze(work: Work, case: Case, operator: Operator, given: tuple[str, datetime, str]) -> None:
    """`given`: the task, its new time, and why it may wait."""
    task, until, why = await _open(work, case, given[0]), given[1], given[2].strip()[:500]
    if not work.now < until <= work.now + FARTHEST:
        raise Refusal("task.bad_time", 400)
    task.why, task.snoozed = why, task.snoozed + 1
    await _put_off(work, case, task, until)
    minutes = round((until - work.now).total_seconds() / 60)
    await work.note(case, f"operator:{operator.id}", "task.snoozed", task=str(task.kind), minutes=minutes)


async def done(work: Work, case: Case, operator: Operator, given: tuple[str, str]) -> None:
    """`given`: the task and what came of it. What the service made ends only by what it waits for."""
    task = await _open(work, case, given[0])
    if task.kind in tasks.OWN:
        raise Refusal("task.ends_by_deed")
    if task.kind is TaskKind.MESSAGE:
        raise Refusal("task.goes_by_itself")
    await _end(work, case, task, TaskStatus.DONE, given[1].strip()[:500])
    await work.note(case, f"operator:{operator.id}", "task.done", task=str(task.kind))


async def drop(work: Work, case: Case, operator: Operator, task_id: str) -> None:
    """Not needed any more: a scheduled message does not go. The service's own tasks are put off, not dropped."""
    task = await _open(work, case, task_id)
    if task.kind in tasks.OWN:
        raise Refusal("task.ends_by_deed")
    await _end(work, case, task, TaskStatus.DROPPED)
    await work.note(case, f"operator:{operator.id}", "task.dropped", task=str(task.kind))


async def end_all(work: Work, case: Case) -> None:
    """The case is over: nothing of it is due, nothing goes out any more."""
    for task in await work.uow.tasks.open_of(case.id):
        await _end(work, case, task, TaskStatus.DROPPED)
        if task.kind is TaskKind.MESSAGE:
            await work.note(case, SYSTEM, "task.message_withdrawn")


async def fire(work: Work, deadline: Deadline) -> None:
    """The time of a task has come: words go out, everything else calls its operator."""
    task = await work.uow.tasks.get(deadline.subject)
    case = await work.uow.cases.get(task.case)
    if task.status is not TaskStatus.OPEN or not case.active:
        return
    work.uow.hint("queue")
    if task.kind is TaskKind.MESSAGE:
        await _send(work, case, task)
        return
    work.uow.hint(f"case:{case.id}")
    await work.uow.desk.alert(Alert(0, work.now, "task_due", case.id, case.ref))


async def _send(work: Work, case: Case, task: Task) -> None:
    """In the name of whoever wrote it. Under duress it stays unsent, and staff see that it did."""
    author = (task.made_by.removeprefix("operator:"), task.by_name)
    if case.duress:
        await _end(work, case, task, TaskStatus.DROPPED)
        await work.note(case, SYSTEM, "task.message_withdrawn")
        await work.uow.desk.alert(Alert(0, work.now, "message_not_sent", case.id, case.ref))
        return
    await relay.from_operator(work, case, author, case.requester, Said(task.text))
    await _end(work, case, task, TaskStatus.DONE)
    await work.note(case, SYSTEM, "task.message_sent")


async def _own(work: Work, case: Case, kind: TaskKind, after: timedelta) -> Task:
    """The one open task of this kind, made when there is none."""
    known = await work.uow.tasks.open_of(case.id, kind)
    if known:
        return known[0]
    task = Task(work.new_id(), case.id, kind, work.now + after, work.now, SYSTEM)
    await _begin(work, case, task)
    return task


async def _begin(work: Work, case: Case, task: Task) -> None:
    await work.uow.tasks.add(task)
    await _arm(work, case, task)


async def _arm(work: Work, case: Case, task: Task) -> None:
    new, kind = DeadlineId(work.new_id()), DeadlineKind.TASK
    await work.arm(Deadline(new, kind, case.requester, task.id, task.due))
    work.uow.hint(f"case:{case.id}")


async def _put_off(work: Work, case: Case, task: Task, until: datetime) -> None:
    task.due = until
    await work.uow.tasks.save(task)
    await work.uow.deadlines.cancel(DeadlineKind.TASK, task.id)
    await _arm(work, case, task)


async def _end_own(work: Work, case: Case, kind: TaskKind, to: TaskStatus, outcome: str = "") -> None:
    for task in await work.uow.tasks.open_of(case.id, kind):
        await _end(work, case, task, to, outcome)


async def _end(work: Work, case: Case, task: Task, to: TaskStatus, outcome: str = "") -> None:
    task.move(to, work.now)
    task.outcome = outcome or task.outcome
    await work.uow.tasks.save(task)
    await work.uow.deadlines.cancel(DeadlineKind.TASK, task.id)
    work.uow.hint(f"case:{case.id}")


async def _open(work: Work, case: Case, task_id: str) -> Task:
    task = await work.uow.tasks.get(task_id)
    if task.case != case.id:
        raise NotFound
    if task.status is not TaskStatus.OPEN:
        raise Refusal("task.over")
    return task
