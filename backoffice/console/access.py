"""Who may do what in the console: one function, deny by default, and one table of routes."""

from collections.abc import Mapping
from enum import StrEnum

from backoffice.cases.model import Case, CaseStatus
from backoffice.ports import Operator, OperatorRole


class Act(StrEnum):
    """What a signed-in person can ask for."""

    SIGNED_IN = "signed_in"
    SEE_BOARD = "see_board"
    SEE_CASE = "see_case"
    SEE_DURESS = "see_duress"
    NOTE = "note"
    TAKE = "take"
    HAND_OVER = "hand_over"
    REPLY = "reply"
    REPLY_ENVOY = "reply_envoy"
    CALLED = "called"
    SET_NUMBER = "set_number"
    CLOSE = "close"
    REOPEN = "reopen"
    ASK_AGAIN = "ask_again"
    CALL_ENVOYS = "call_envoys"
    END_DURESS = "end_duress"
    UNMASK = "unmask"
    QUEUE = "queue"
    SEEN_ALERT = "seen_alert"
    SEE_ENVOYS = "see_envoys"
    VET = "vet"
    DRILL = "drill"


_DESK = frozenset({OperatorRole.OPERATOR, OperatorRole.SUPERVISOR})
_CLINIC = _DESK | {OperatorRole.DOCTOR}
_VETTERS = _DESK | {OperatorRole.ADMIN}

ROLES: Mapping[Act, frozenset[OperatorRole]] = {
    Act.SIGNED_IN: frozenset(OperatorRole),
    Act.SEE_BOARD: _CLINIC,
    Act.SEE_CASE: _CLINIC,
    Act.SEE_DURESS: _DESK,
    Act.NOTE: _CLINIC,
    Act.TAKE: _DESK,
    Act.HAND_OVER: _DESK,
    Act.REPLY: _DESK,
    Act.REPLY_ENVOY: _DESK,
    Act.CALLED: _DESK,
    Act.SET_NUMBER: _DESK,
    Act.CLOSE: _DESK,
    Act.REOPEN: _DESK,
    Act.ASK_AGAIN: _DESK,
    Act.CALL_ENVOYS: _DESK,
    Act.END_DURESS: _DESK,
    Act.UNMASK: _DESK,
    Act.QUEUE: _DESK,
    Act.SEEN_ALERT: _DESK,
    Act.SEE_ENVOYS: _VETTERS,
    Act.VET: _VETTERS,
    Act.DRILL: _VETTERS,
}
"""A role missing here may not. Guests and the wall see nothing yet; claims and finance have no page yet."""

_ELSEWHERE = {Act.SIGNED_IN, Act.SEE_BOARD, Act.SEE_DURESS, Act.QUEUE, Act.SEEN_ALERT}
_ON_A_CASE = frozenset(Act) - _ELSEWHERE - {Act.SEE_ENVOYS, Act.VET, Act.DRILL}
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
    }
)
_VISIBLE = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED})
_UNDER_WAY = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})
_STATUSES: Mapping[Act, frozenset[CaseStatus]] = {
    Act.SEE_CASE: _VISIBLE,
    Act.NOTE: _VISIBLE,
    Act.REOPEN: frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED}),
}
_SILENT_IN_DURESS = frozenset({Act.REPLY, Act.CALLED})
"""A call or a line from the centre on that phone would betray the person who holds it."""


def may(operator: Operator, act: Act, about: Case | None = None) -> bool:
    """Whether this operator may do this to this object. Anything not allowed here is refused.

    Only the owner or a supervisor speaks to the parties and decides; before dispatch a case does not exist
    for anybody here (nobody is told during the countdown, nor after a cancel in time).
    """
    if not operator.active or operator.role not in ROLES.get(act, frozenset()):
        return False
    if act not in _ON_A_CASE:
        return True
    return about is not None and _may_on_case(operator, act, about)


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


PUBLIC = None
"""No sign-in: the one-time link, the page that says that one is needed, and files without data."""

ROUTES: Mapping[str, Act | None] = {
    "static": PUBLIC,
    "leaflet": PUBLIC,
    "home": PUBLIC,
    "enter": PUBLIC,
    "enter.use": PUBLIC,
    "signed_out": PUBLIC,
    "language": PUBLIC,
    "board": Act.SEE_BOARD,
    "ringing": Act.SEE_BOARD,
    "live": Act.SEE_BOARD,
    "live.case": Act.SEE_CASE,
    "present": Act.SIGNED_IN,
    "leave": Act.SIGNED_IN,
    "case": Act.SEE_CASE,
    "media": Act.SEE_CASE,
    "case.take": Act.TAKE,
    "case.hand_over": Act.HAND_OVER,
    "case.reply": Act.REPLY,
    "case.reply_envoy": Act.REPLY_ENVOY,
    "case.note": Act.NOTE,
    "case.called": Act.CALLED,
    "case.number": Act.SET_NUMBER,
    "case.close": Act.CLOSE,
    "case.reopen": Act.REOPEN,
    "case.ask_again": Act.ASK_AGAIN,
    "case.envoys_wanted": Act.CALL_ENVOYS,
    "case.ask_by_name": Act.CALL_ENVOYS,
    "case.ask_wave": Act.CALL_ENVOYS,
    "case.task": Act.CALL_ENVOYS,
    "case.end_duress": Act.END_DURESS,
    "case.unmask": Act.UNMASK,
    "case.mask": Act.UNMASK,
    "queue.done": Act.QUEUE,
    "queue.answer": Act.QUEUE,
    "queue.reopen": Act.QUEUE,
    "alert.seen": Act.SEEN_ALERT,
    "envoys": Act.SEE_ENVOYS,
    "envoy.application": Act.VET,
    "envoy.photo": Act.VET,
    "envoy.approve": Act.VET,
    "envoy.more": Act.VET,
    "envoy.refuse": Act.VET,
    "drill.start": Act.DRILL,
    "drill.stop": Act.DRILL,
}
"""Every route by name and what it asks for. A route without an entry cannot be served."""
