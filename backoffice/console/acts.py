"""What a signed-in person can ask for, and which roles may: the table behind `access.may`."""

from collections.abc import Mapping
from enum import StrEnum

from backoffice.ports import OperatorRole


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
    PAPERS = "papers"
    SEE_TASKS = "see_tasks"
    SEE_PROTOCOLS = "see_protocols"
    KEEP_PROTOCOLS = "keep_protocols"
    SEE_MAJOR = "see_major"
    WORK_MAJOR = "work_major"


DESK = frozenset({OperatorRole.OPERATOR, OperatorRole.SUPERVISOR})
CLINIC = DESK | {OperatorRole.DOCTOR}
_VETTERS = DESK | {OperatorRole.ADMIN}
_PERSONS = frozenset(OperatorRole) - {OperatorRole.WALL}
_GUEST = frozenset({OperatorRole.GUEST})
_REVIEWERS = frozenset({OperatorRole.CLAIMS, OperatorRole.SUPERVISOR})
_FINANCE = frozenset({OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN})

ROLES: Mapping[Act, frozenset[OperatorRole]] = {
    Act.SIGNED_IN: _PERSONS,
    Act.SEE_BOARD: CLINIC,
    Act.SEE_CASE: CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    Act.SEE_DURESS: DESK,
    Act.NOTE: CLINIC,
    Act.TAKE: DESK,
    Act.HAND_OVER: DESK,
    Act.REPLY: DESK,
    Act.REPLY_ENVOY: DESK,
    Act.CALLED: DESK,
    Act.SET_NUMBER: DESK,
    Act.CLOSE: DESK,
    Act.REOPEN: DESK,
    Act.ASK_AGAIN: DESK,
    Act.CALL_ENVOYS: DESK,
    Act.END_DURESS: DESK,
    Act.UNMASK: DESK,
    Act.QUEUE: DESK,
    Act.SEEN_ALERT: DESK,
    Act.SEE_ENVOYS: _VETTERS,
    Act.VET: _VETTERS,
    Act.DRILL: _VETTERS,
    Act.SEE_ORDERS: DESK,
    Act.WORK_ORDER: DESK,
    Act.JUDGE_ORDER: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_MONEY: _FINANCE,
    Act.BOOK_MONEY: _FINANCE,
    Act.PAY_OUT: _FINANCE,
    Act.SEE_ON_CALL: _VETTERS,
    Act.SET_ON_CALL: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.OWN_ACCOUNT: _PERSONS,
    Act.BREAK_GLASS: CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    Act.WATCH_GLASS: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_AUDIT: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.MANAGE_STAFF: frozenset({OperatorRole.ADMIN}),
    Act.BIND_PEOPLE: DESK,
    Act.ASK_AUTHORISATION: DESK,
    Act.SEE_OWN_PEOPLE: _GUEST,
    Act.SEE_GUEST_CASE: _GUEST,
    Act.ANSWER_AUTHORISATION: _GUEST,
    Act.SEE_WALL: frozenset(OperatorRole) - _GUEST,
    Act.SEE_FAMILIES: DESK,
    Act.FAMILY: DESK,
    Act.SEARCH: CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    Act.WORK_LIST: DESK,
    Act.OWN_SHIFT: DESK,
    Act.CALL_AWAY: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_CENTRES: _VETTERS,
    Act.SET_CENTRES: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.PLACE_CASE: DESK,
    Act.SEE_REPORTS: frozenset({OperatorRole.SUPERVISOR, OperatorRole.ADMIN}),
    Act.SEE_HEALTH: _VETTERS,
    Act.SEE_POLICIES: _FINANCE | {OperatorRole.CLAIMS},
    Act.WORK_POLICIES: _FINANCE,
    Act.SEE_CLAIMS: _REVIEWERS,
    Act.DECIDE_CLAIM: _REVIEWERS,
    Act.PAY_CLAIMS: _FINANCE,
    Act.SEE_OWN_CLAIMS: _GUEST,
    Act.TICK: CLINIC,
    Act.TASKS: DESK,
    Act.SET_FACTS: DESK,
    Act.RELATE: DESK,
    Act.PAPERS: DESK,
    Act.SEE_TASKS: DESK,
    Act.SEE_PROTOCOLS: CLINIC,
    Act.KEEP_PROTOCOLS: frozenset({OperatorRole.SUPERVISOR}),
    Act.SEE_MAJOR: DESK,
    Act.WORK_MAJOR: DESK,
}
"""A role missing here may not. Claims and admin open a case with a reason only (`yours`)."""
