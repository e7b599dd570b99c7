"""Who may do what in the console: one function, deny by default (the tables: `acts`, `routes`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice import queries
from backoffice.cases.model import Case, CaseStatus
from backoffice.console.acts import CLINIC, DESK
from backoffice.console.acts import ROLES as ROLES
from backoffice.console.acts import Act as Act
from backoffice.console.routes import PUBLIC as PUBLIC
from backoffice.console.routes import ROUTES as ROUTES
from backoffice.ports import Operator, OperatorRole

_ELSEWHERE = {
    Act.SIGNED_IN,
    Act.SEE_BOARD,
    Act.SEE_DURESS,
    Act.QUEUE,
    Act.SEEN_ALERT,
    Act.OWN_ACCOUNT,
    Act.WATCH_GLASS,
    Act.SEE_AUDIT,
    Act.MANAGE_STAFF,
    Act.SEE_OWN_PEOPLE,
    Act.SEE_WALL,
    Act.SEE_ORDERS,
    Act.WORK_ORDER,
    Act.JUDGE_ORDER,
    Act.SEE_MONEY,
    Act.BOOK_MONEY,
    Act.PAY_OUT,
    Act.SEE_FAMILIES,
    Act.SEARCH,
    Act.WORK_LIST,
    Act.OWN_SHIFT,
    Act.CALL_AWAY,
    Act.SEE_CENTRES,
    Act.SET_CENTRES,
    Act.SEE_REPORTS,
    Act.SEE_HEALTH,
    Act.SEE_POLICIES,
    Act.WORK_POLICIES,
    Act.SEE_CLAIMS,
    Act.DECIDE_CLAIM,
    Act.PAY_CLAIMS,
    Act.SEE_OWN_CLAIMS,
    Act.SEE_TASKS,
    Act.SEE_PROTOCOLS,
    Act.KEEP_PROTOCOLS,
    Act.SEE_MAJOR,
    Act.WORK_MAJOR,
}
_ON_A_CASE = (
    frozenset(Act) - _ELSEWHERE - {Act.SEE_ENVOYS, Act.VET, Act.DRILL, Act.SEE_ON_CALL, Act.SET_ON_CALL}
)
_OWNERS = frozenset(
    {
        Act.HAND_OVER,
        Act.REPLY,
        Act.REPLY_ENVOY,
        Act.CALLED,
        Act.SET_NUMBER,
        Act.CLOSE,
        Act.ASK_AGAIN,
        Act.CALL_ENVOYS,
        Act.END_DURESS,
        Act.UNMASK,
        Act.BIND_PEOPLE,
        Act.ASK_AUTHORISATION,
        Act.FAMILY,
        Act.TASKS,
        Act.SET_FACTS,
        Act.RELATE,
        Act.PAPERS,
    }
)
GUESTS_ON_A_CASE = frozenset({Act.SEE_GUEST_CASE, Act.ANSWER_AUTHORISATION})
"""Asked about a case by people who never see the case itself."""
_VISIBLE = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED})
_UNDER_WAY = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})
_STATUSES: Mapping[Act, frozenset[CaseStatus]] = {
    Act.SEE_CASE: _VISIBLE,
    Act.NOTE: _VISIBLE,
    Act.PAPERS: _VISIBLE,
    Act.REOPEN: frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED}),
    Act.BREAK_GLASS: _VISIBLE,
    Act.SEE_GUEST_CASE: _VISIBLE,
    Act.ANSWER_AUTHORISATION: _VISIBLE,
}
_SILENT_IN_DURESS = frozenset({Act.REPLY, Act.CALLED})
"""A call or a line from the centre on that phone would betray the person who holds it."""


FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OnCase:
    """A case as one person stands to it at one moment."""

    case: Case
    tie: queries.Tie
    now: datetime

    @property
    def fresh(self) -> bool:
        """Closed within the last day: questions still come back to the desk that had it."""
        closed = self.case.closed_at
        return closed is not None and self.now - closed < FRESH

    @property
    def opened(self) -> bool:
        """A reason was given less than an hour ago."""
        return self.tie.glass_until is not None and self.now < self.tie.glass_until


def may(operator: Operator, act: Act, about: OnCase | Case | None = None) -> bool:
    """Whether this operator may do this to this object. Anything not allowed here is refused.

    Only the owner or a supervisor speaks to the parties and decides; before dispatch a case does not exist
    for anybody here (nobody is told during the countdown, nor after a cancel in time). Whose case it is to
    open is `yours`; a bare `Case` says nothing of that, so nobody sees it by one.
    """
    if not operator.active or operator.role not in ROLES.get(act, frozenset()):
        return False
    if act not in _ON_A_CASE:
        return True
    if isinstance(about, OnCase):
        return _admits(operator, act, about) and _may_on_case(operator, act, about.case)
    return about is not None and act not in _TIED and _may_on_case(operator, act, about)


_TIED = GUESTS_ON_A_CASE | {Act.SEE_CASE}


def _admits(operator: Operator, act: Act, on: OnCase) -> bool:
    if act in GUESTS_ON_A_CASE:
        return _theirs(operator, on)
    return act is not Act.SEE_CASE or on.opened or yours(operator, on)


def _theirs(operator: Operator, on: OnCase) -> bool:
    """Their people's cases only; none under duress (whoever threatens may be the employer) and no drill."""
    bound = bool(operator.organisation) and operator.organisation in on.tie.organisations
    return bound and not on.case.duress and not on.case.drill


def yours(operator: Operator, on: OnCase) -> bool:
    """Whether the case is this person's to open without a reason (docs/decisions/access.md)."""
    if operator.role not in CLINIC:
        return False
    if on.case.status not in _UNDER_WAY and not on.fresh:
        return on.tie.written and operator.role in DESK
    if on.case.owner in (None, operator.id) or on.case.ringing:
        return True
    ours = on.tie.centre == operator.centre or bool(on.tie.placed and on.tie.placed == operator.centre)
    return operator.role is OperatorRole.SUPERVISOR or ours


def _may_on_case(operator: Operator, act: Act, case: Case) -> bool:
    if case.status not in _STATUSES.get(act, _UNDER_WAY):
        return False
    if case.duress and operator.role not in ROLES[Act.SEE_DURESS]:
        return False
    if act is Act.END_DURESS and not case.duress:
        return False
    if case.duress and act in _SILENT_IN_DURESS:
        return False
    return act not in _OWNERS or owns(operator, case)


def owns(operator: Operator, case: Case) -> bool:
    """The owner, or a supervisor, who may act on every case."""
    return operator.role is OperatorRole.SUPERVISOR or case.owner == operator.id
