"""The part of the matrix that is about people and access: what exists, what is typed, and who may, by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from backoffice import ports
from backoffice.console import tokens
from backoffice.kernel.ids import OperatorId, PersonId
from backoffice.kernel.money import Money
from backoffice.organisations.model import Authorisation, Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast

STANDINGS = ("own", "colleague", "foreign")
"""The case is one's own (a guest: of their own person), a colleague's of the same centre, or of elsewhere."""
OTHER_SESSION = "b" * 64
FILLED = {
    "operator": "op-someone",
    "passkey": "pk-1",
    "session": tokens.digest(OTHER_SESSION)[:16],
    "authorisation": "auth-1",
    "glass": "glass-1",
}
FORMS = {
    "people.add": {"name": "新来的", "role": "operator"},
    "people.change": {"name": "林晓", "role": "operator"},
    "organisations.put": {"code": "NEW", "name": "新机构", "kind": "school"},
    "case.bind": {"organisation": "ACME"},
    "case.unbind": {"organisation": "ACME"},
    "case.ask_authorisation": {
        "organisation": "ACME", "sum": "30,000", "currency": "CNY", "purpose": "住院押金", "wait": "30",
    },
    "case.break_glass": {"reason": "接班时核对"},
    "guest.answer": {"answer": "yes"},
}  # fmt: skip
SKIPPED = {"wall.enter", "sign_in.code", "sign_in.options", "sign_in.passkey", "guest.live"}
"""Doors (tests of their own) and streams (below)."""
DECLINED = {
    "account.totp_confirm": "数字不对",
    "account.passkey_options": "用 IP 地址打开时",
    "account.passkey": "用 IP 地址打开时",
}
"""Admitted, and then told why it cannot be done like that."""


async def prepare(e: Evening, cast: Cast, role: OperatorRole, standing: str) -> Operator:
    """Somebody of this role who stands so to case 7K3F, with everything the routes are about."""
    centre = "上海" if standing == "foreign" else ""
    bound = "ACME" if standing == "own" else "OTHER"
    organisation = bound if role is OperatorRole.GUEST else ""
    made = Operator(OperatorId("op-someone"), "someone", role, centre, organisation)
    await e.act(lambda w: _fill(w, cast, made, standing == "own"))
    return made


async def _fill(w: Work, cast: Cast, made: Operator, own: bool) -> None:
    rows, case = w.uow, cast.cases["7K3F"]
    for code in ("ACME", "OTHER"):
        await rows.organisations.put(Organisation(code, code, OrganisationKind.INSURER))
    await rows.organisations.bind(PersonId(case.requester), "ACME", w.now)
    await rows.staff.add(made)
    await rows.staff.open_session(tokens.digest(OTHER_SESSION), made.id, "csrf", w.now)
    await rows.credentials.add_passkey(ports.Passkey("pk-1", made.id, "c", b"k", 0, "键", w.now))
    await rows.authorisations.add(
        Authorisation(
            "auth-1", case.id, made.organisation or "ACME", Money(1, "CNY"), "x", cast.lin.id, w.now, w.now
        )
    )
    await rows.glasses.add(
        ports.Glass("glass-1", case.id, cast.lin.id, "看看", w.now, w.now + timedelta(hours=1))
    )
    if own and made.role is not OperatorRole.GUEST:
        found = await rows.cases.get(case.id)
        found.owner, found.owner_name = made.id, made.name
        await rows.cases.save(found)


def expected(operator: Operator, name: str, standing: str) -> bool | None:
    """Written out by hand from business.md; None for routes that are not about people and access."""
    role = operator.role
    if name in ("present", "language", "signed_out", "hearing") or name.startswith("account"):
        return role is not OperatorRole.WALL or name in ("language", "signed_out")
    if name.startswith(("people", "organisations")):
        return role is OperatorRole.ADMIN
    if name in ("guest.case", "guest.answer"):
        return role is OperatorRole.GUEST and standing == "own"
    simple: dict[str, Any] = {
        "guest": {OperatorRole.GUEST},
        "glass": {OperatorRole.SUPERVISOR},
        "glass.seen": {OperatorRole.SUPERVISOR},
        "audit": {OperatorRole.SUPERVISOR, OperatorRole.ADMIN},
        "case.glass": CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
        "case.break_glass": CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
    }
    return role in simple[name] if name in simple else None


CLINIC = {OperatorRole.OPERATOR, OperatorRole.SUPERVISOR, OperatorRole.DOCTOR}
OWNERS = {"case.bind", "case.unbind", "case.ask_authorisation", "case.withdraw_authorisation"}
"""Only the owner, or a supervisor."""


def sees_case(operator: Operator, standing: str) -> bool:
    """Without a reason: one's own, one's own centre's; a supervisor every running one."""
    if operator.role is OperatorRole.SUPERVISOR:
        return True
    return operator.role in CLINIC and standing != "foreign"


def depends(path: str) -> bool:
    """Whether it matters whose case it is."""
    return any(part in path for part in ("/cases/", "/media/"))


def owns(operator: Operator, standing: str) -> bool:
    if operator.role is OperatorRole.SUPERVISOR:
        return True
    return operator.role is OperatorRole.OPERATOR and standing == "own"


def somebody(role: OperatorRole, **changes: Any) -> Operator:
    """For rules that need no storage."""
    return replace(Operator(OperatorId("me"), "me", role), **changes)
