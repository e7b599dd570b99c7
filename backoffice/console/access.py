"""Who may do what in the console: one function, deny by default, and one table of routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice import queries
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
    SEE_ORDERS = "see_orders"
    WORK_ORDER = "work_order"
    JUDGE_ORDER = "judge_order"
    SEE_MONEY = "see_money"
    BOOK_MONEY = "book_money"
    PAY_OUT = "pay_out"
    SEE_ON_CALL = "see_on_call"
    SET_ON_CALL = "set_on_call"
    OWN_ACCOUNT = "own_account"
    BREAK_GLASS = "break_glass"
    WATCH_GLASS = "watch_glass"
    SEE_AUDIT = "see_audit"
    MANAGE_STAFF = "manage_staff"
    BIND_PEOPLE = "bind_people"
    ASK_AUTHORISATION = "ask_authorisation"
    SEE_OWN_PEOPLE = "see_own_people"
    SEE_GUEST_CASE = "see_guest_case"
    ANSWER_AUTHORISATION = "answer_authorisation"
    SEE_WALL = "see_wall"
    SEE_FAMILIES = "see_families"
    FAMILY = "family"
    SEARCH = "search"
    WORK_LIST = "work_list"
    OWN_SHIFT = "own_shift"
    CALL_AWAY = "call_away"
    SEE_CENTRES = "see_centres"
    SET_CENTRES = "set_centres"
    PLACE_CASE = "place_case"
    SEE_REPORTS = "see_reports"
    SEE_HEALTH = "see_health"
    SEE_POLICIES = "see_policies"
    WORK_POLICIES = "work_policies"
    SEE_CLAIMS = "see_claims"
    DECIDE_CLAIM = "decide_claim"
    PAY_CLAIMS = "pay_claims"
    SEE_OWN_CLAIMS = "see_own_claims"
    TICK = "tick"
    TASKS = "tasks"
    SET_FACTS = "set_facts"
    RELATE = "relate"
    SEE_TASKS = "see_tasks"
    SEE_PROTOCOLS = "see_protocols"
    KEEP_PROTOCOLS = "keep_protocols"
    SEE_MAJOR = "see_major"
    WORK_MAJOR = "work_major"


_DESK = frozenset({OperatorRole.OPERATOR, OperatorRole.SUPERVISOR})
_CLINIC = _DESK | {OperatorRole.DOCTOR}
_VETTERS = _DESK | {OperatorRole.ADMIN}
_PERSONS = frozenset(OperatorRole) - {OperatorRole.WALL}
_GUEST = frozenset({OperatorRole.GUEST})
_REVIEWERS = frozenset({OperatorRole.CLAIMS, OperatorRole.SUPERVISOR})
_FINANCE = frozenset({OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN})

ROLES: Mapping[Act, frozenset[OperatorRole]] = {
    Act.SIGNED_IN: _PERSONS,
    Act.SEE_BOARD: _CLINIC,
    Act.SEE_CASE: _CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
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
    Act.SEE_ORDERS: _DESK,
    Act.WORK_ORDER: _DESK,
    Act.JUDGE_ORDER: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_MONEY: _FINANCE,
    Act.BOOK_MONEY: _FINANCE,
    Act.PAY_OUT: _FINANCE,
    Act.SEE_ON_CALL: _VETTERS,
    Act.SET_ON_CALL: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.OWN_ACCOUNT: _PERSONS,
    Act.BREAK_GLASS: _CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    Act.WATCH_GLASS: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_AUDIT: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.MANAGE_STAFF: frozenset({OperatorRole.ADMIN}),
    Act.BIND_PEOPLE: _DESK,
    Act.ASK_AUTHORISATION: _DESK,
    Act.SEE_OWN_PEOPLE: _GUEST,
    Act.SEE_GUEST_CASE: _GUEST,
    Act.ANSWER_AUTHORISATION: _GUEST,
    Act.SEE_WALL: frozenset(OperatorRole) - _GUEST,
    Act.SEE_FAMILIES: _DESK,
    Act.FAMILY: _DESK,
    Act.SEARCH: _CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    Act.WORK_LIST: _DESK,
    Act.OWN_SHIFT: _DESK,
    Act.CALL_AWAY: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_CENTRES: _VETTERS,
    Act.SET_CENTRES: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.PLACE_CASE: _DESK,
    Act.SEE_REPORTS: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.SEE_HEALTH: _VETTERS,
    Act.SEE_POLICIES: _FINANCE | {OperatorRole.CLAIMS},
    Act.WORK_POLICIES: _FINANCE,
    Act.SEE_CLAIMS: _REVIEWERS,
    Act.DECIDE_CLAIM: _REVIEWERS,
    Act.PAY_CLAIMS: _FINANCE,
    Act.SEE_OWN_CLAIMS: _GUEST,
    Act.TICK: _CLINIC,
    Act.TASKS: _DESK,
    Act.SET_FACTS: _DESK,
    Act.RELATE: _DESK,
    Act.SEE_TASKS: _DESK,
    Act.SEE_PROTOCOLS: _CLINIC,
    Act.KEEP_PROTOCOLS: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_MAJOR: _DESK,
    Act.WORK_MAJOR: _DESK,
}
"""A role missing here may not. Claims and admin open a case with a reason only (`yours`)."""

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
    }
)
GUESTS_ON_A_CASE = frozenset({Act.SEE_GUEST_CASE, Act.ANSWER_AUTHORISATION})
"""Asked about a case by people who never see the case itself."""
_VISIBLE = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED})
_UNDER_WAY = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})
_STATUSES: Mapping[Act, frozenset[CaseStatus]] = {
    Act.SEE_CASE: _VISIBLE,
    Act.NOTE: _VISIBLE,
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
    if operator.role not in _CLINIC:
        return False
    if on.case.status not in _UNDER_WAY and not on.fresh:
        return on.tie.written and operator.role in _DESK
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
    "case.take_over": Act.TAKE,
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
    "case.begin_protocol": Act.TICK,
    "case.tick": Act.TICK,
    "case.macro": Act.REPLY,
    "case.fields": Act.SET_FACTS,
    "case.report": Act.TASKS,
    "case.add_task": Act.TASKS,
    "case.snooze_task": Act.TASKS,
    "case.end_task": Act.TASKS,
    "case.drop_task": Act.TASKS,
    "case.link": Act.RELATE,
    "case.unlink": Act.RELATE,
    "case.merge": Act.RELATE,
    "case.split": Act.RELATE,
    "case.translate": Act.NOTE,
    "media.voice": Act.SEE_CASE,
    "tasks": Act.SEE_TASKS,
    "protocols": Act.SEE_PROTOCOLS,
    "protocol.edit": Act.KEEP_PROTOCOLS,
    "protocol.put": Act.KEEP_PROTOCOLS,
    "macro.edit": Act.KEEP_PROTOCOLS,
    "macro.put": Act.KEEP_PROTOCOLS,
    "macro.remove": Act.KEEP_PROTOCOLS,
    "families": Act.SEE_FAMILIES,
    "case.family": Act.SEE_CASE,
    "case.family_invite": Act.FAMILY,
    "case.family_links": Act.FAMILY,
    "case.family_open": Act.FAMILY,
    "case.family_revoke": Act.FAMILY,
    "case.family_named": Act.FAMILY,
    "case.family_stage": Act.FAMILY,
    "case.family_answer": Act.FAMILY,
    "case.family_called": Act.FAMILY,
    "queue.media": Act.QUEUE,
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
    "orders": Act.SEE_ORDERS,
    "order": Act.SEE_ORDERS,
    "order.file": Act.SEE_ORDERS,
    "order.paper": Act.SEE_ORDERS,
    "order.answer": Act.WORK_ORDER,
    "order.note": Act.WORK_ORDER,
    "order.unmask": Act.WORK_ORDER,
    "order.mask": Act.WORK_ORDER,
    "order.free": Act.WORK_ORDER,
    "order.guardian": Act.WORK_ORDER,
    "order.end": Act.WORK_ORDER,
    "order.absent": Act.WORK_ORDER,
    "order.reassign": Act.WORK_ORDER,
    "order.ask_again": Act.WORK_ORDER,
    "order.to_sos": Act.WORK_ORDER,
    "order.review": Act.JUDGE_ORDER,
    "money": Act.SEE_MONEY,
    "money.payment": Act.SEE_MONEY,
    "money.put_in": Act.BOOK_MONEY,
    "money.sign": Act.BOOK_MONEY,
    "money.drop": Act.BOOK_MONEY,
    "money.book": Act.BOOK_MONEY,
    "money.outcome": Act.BOOK_MONEY,
    "money.ask": Act.BOOK_MONEY,
    "ledger": Act.SEE_MONEY,
    "ledger.account": Act.SEE_MONEY,
    "insuring": Act.SEE_POLICIES,
    "insuring.policy": Act.SEE_POLICIES,
    "insuring.unmask": Act.SEE_POLICIES,
    "insuring.ask": Act.WORK_POLICIES,
    "insuring.record": Act.WORK_POLICIES,
    "insuring.sign": Act.WORK_POLICIES,
    "insuring.withdraw": Act.WORK_POLICIES,
    "insuring.remit": Act.WORK_POLICIES,
    "insuring.statement": Act.WORK_POLICIES,
    "payouts": Act.PAY_OUT,
    "payout.propose": Act.PAY_OUT,
    "payout.file": Act.PAY_OUT,
    "payout.approve": Act.PAY_OUT,
    "payout.withdraw": Act.PAY_OUT,
    "payout.payee": Act.PAY_OUT,
    "payout.statement": Act.PAY_OUT,
    "sign_in.code": PUBLIC,
    "sign_in.options": PUBLIC,
    "sign_in.passkey": PUBLIC,
    "wall.enter": PUBLIC,
    "major": Act.SEE_MAJOR,
    "major.one": Act.SEE_MAJOR,
    "major.command": Act.SEE_MAJOR,
    "major.export": Act.SEE_MAJOR,
    "major.open": Act.WORK_MAJOR,
    "major.roster": Act.WORK_MAJOR,
    "major.preview": Act.WORK_MAJOR,
    "major.send": Act.WORK_MAJOR,
    "major.attach": Act.WORK_MAJOR,
    "major.detach": Act.WORK_MAJOR,
    "major.person": Act.WORK_MAJOR,
    "major.place": Act.WORK_MAJOR,
    "major.post": Act.WORK_MAJOR,
    "major.order": Act.WORK_MAJOR,
    "major.order_move": Act.WORK_MAJOR,
    "major.report": Act.WORK_MAJOR,
    "major.lead": Act.WORK_MAJOR,
    "major.close": Act.WORK_MAJOR,
    "major.reopen": Act.WORK_MAJOR,
    "guest.reports": Act.SEE_OWN_PEOPLE,
    "wall": Act.SEE_WALL,
    "wall.data": Act.SEE_WALL,
    "wall.live": Act.SEE_WALL,
    "account": Act.OWN_ACCOUNT,
    "account.totp": Act.OWN_ACCOUNT,
    "account.totp_confirm": Act.OWN_ACCOUNT,
    "account.totp_remove": Act.OWN_ACCOUNT,
    "account.codes": Act.OWN_ACCOUNT,
    "account.passkey_options": Act.OWN_ACCOUNT,
    "account.passkey": Act.OWN_ACCOUNT,
    "account.passkey_remove": Act.OWN_ACCOUNT,
    "account.session_end": Act.OWN_ACCOUNT,
    "account.sessions_end": Act.OWN_ACCOUNT,
    "people": Act.MANAGE_STAFF,
    "people.add": Act.MANAGE_STAFF,
    "people.one": Act.MANAGE_STAFF,
    "people.change": Act.MANAGE_STAFF,
    "people.link": Act.MANAGE_STAFF,
    "people.factors": Act.MANAGE_STAFF,
    "people.sessions_end": Act.MANAGE_STAFF,
    "people.session_end": Act.MANAGE_STAFF,
    "organisations": Act.MANAGE_STAFF,
    "organisations.put": Act.MANAGE_STAFF,
    "case.organisations": Act.SEE_CASE,
    "case.bind": Act.BIND_PEOPLE,
    "case.unbind": Act.BIND_PEOPLE,
    "case.ask_authorisation": Act.ASK_AUTHORISATION,
    "case.withdraw_authorisation": Act.ASK_AUTHORISATION,
    "case.glass": Act.BREAK_GLASS,
    "case.break_glass": Act.BREAK_GLASS,
    "glass": Act.WATCH_GLASS,
    "glass.seen": Act.WATCH_GLASS,
    "audit": Act.SEE_AUDIT,
    "guest": Act.SEE_OWN_PEOPLE,
    "guest.case": Act.SEE_GUEST_CASE,
    "guest.live": Act.SEE_GUEST_CASE,
    "guest.answer": Act.ANSWER_AUTHORISATION,
    "case.people": Act.SEE_CASE,
    "case.nearest": Act.SEE_CASE,
    "case.typing": Act.NOTE,
    "hearing": Act.SIGNED_IN,
    "on_call": Act.SEE_ON_CALL,
    "on_call.put": Act.SET_ON_CALL,
    "on_call.remove": Act.SET_ON_CALL,
    "on_call.test": Act.SET_ON_CALL,
    "search": Act.SEARCH,
    "list": Act.SEE_BOARD,
    "list.export": Act.WORK_LIST,
    "list.bulk": Act.WORK_LIST,
    "list.keep": Act.SEE_BOARD,
    "list.drop": Act.SEE_BOARD,
    "shift": Act.OWN_SHIFT,
    "shift.say": Act.OWN_SHIFT,
    "shift.write": Act.OWN_SHIFT,
    "shift.acknowledge": Act.OWN_SHIFT,
    "shift.away": Act.CALL_AWAY,
    "centres": Act.SEE_CENTRES,
    "centres.put": Act.SET_CENTRES,
    "centres.remove": Act.SET_CENTRES,
    "case.labels": Act.SEE_CASE,
    "case.tag": Act.NOTE,
    "case.untag": Act.NOTE,
    "case.centre": Act.PLACE_CASE,
    "reports": Act.SEE_REPORTS,
    "reports.take": Act.SEE_REPORTS,
    "health": Act.SEE_HEALTH,
    "claims": Act.SEE_CLAIMS,
    "claims.next": Act.SEE_CLAIMS,
    "claim": Act.SEE_CLAIMS,
    "claim.paper": Act.SEE_CLAIMS,
    "claim.pack": Act.SEE_CLAIMS,
    "claim.take": Act.DECIDE_CLAIM,
    "claim.decide": Act.DECIDE_CLAIM,
    "claim.unsign": Act.DECIDE_CLAIM,
    "claim.more": Act.DECIDE_CLAIM,
    "claim.payee": Act.DECIDE_CLAIM,
    "claim.again": Act.DECIDE_CLAIM,
    "claims.payments": Act.PAY_CLAIMS,
    "claims.file": Act.PAY_CLAIMS,
    "claims.statement": Act.PAY_CLAIMS,
    "guest.claims": Act.SEE_OWN_CLAIMS,
    "guest.claim": Act.SEE_OWN_CLAIMS,
    "guest.unmask": Act.SEE_OWN_CLAIMS,
    "guest.paper": Act.SEE_OWN_CLAIMS,
    "guest.pack": Act.SEE_OWN_CLAIMS,
    "guest.statement": Act.SEE_OWN_CLAIMS,
}
"""Every route by name and what it asks for. A route without an entry cannot be served."""
