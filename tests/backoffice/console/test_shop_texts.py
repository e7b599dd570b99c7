"""The rooms of orders and money have words for every status, event and refusal the business knows."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from backoffice.console import access, app, order_clocks, texts
from backoffice.money.accounts import AccountKind, Operation
from backoffice.money.model import OrderKind, OrderState, PaymentStatus
from backoffice.money.payouts import PayoutStatus
from backoffice.money.slips import SlipKind, SlipStatus, Way
from backoffice.orders.kinds import all_kinds
from backoffice.orders.model import Decision, Mode, OfferStatus, OrderStatus

ROOT = Path(app.__file__).parents[2]
ALL = texts.load()
ENUMS: dict[str, type[StrEnum]] = {
    "order_status": OrderStatus,
    "offer_status": OfferStatus,
    "order_clock": order_clocks.OrderStage,
    "decision": Decision,
    "payment_status": PaymentStatus,
    "payout_status": PayoutStatus,
    "task": OrderKind,
    "task_state": OrderState,
    "slip": SlipKind,
    "slip_status": SlipStatus,
    "way_paid": Way,
    "account_kind": AccountKind,
    "operation": Operation,
}


def source(*names: str) -> str:
    return "\n".join((ROOT / "backoffice" / f"{name}.py").read_text("utf-8") for name in names)


@pytest.mark.parametrize("prefix", ENUMS)
def test_every_status_of_orders_and_money_has_words(prefix: str) -> None:
    assert not [m for m in ENUMS[prefix] if not ALL.has("en", f"{prefix}.{m}")]


def test_every_kind_and_mode_of_an_order_has_words() -> None:
    assert not [kind for kind in all_kinds() if not ALL.has("en", f"service_kind.{kind}")]
    assert not [mode for mode in Mode if not ALL.has("en", f"order.mode_{mode}")]


def test_every_event_of_an_orders_timeline_has_a_sentence() -> None:
    """Codes written out in the workflows of orders; reasons of giving back are codes too."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "backoffice/workflows").glob("*.py"))
    codes = set(re.findall(r'letters\.note\([^"]*?(?:(?:"[a-z]+"|f"[^"]*"),\s*)?"(order\.[a-z_]+)"', code))
    codes |= {
        f"order.{why}" for why in ("withdrawn", "no_show", "in_need", "reassigned", "masked", "unmasked")
    }
    assert len(codes) > 25
    assert not {f"event.{found}" for found in codes} - ALL.keys("en")


def test_every_alert_about_an_order_has_a_sentence() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "backoffice/workflows").glob("*.py"))
    kinds = set(re.findall(r'alert\(work, (?:\w+, )?"([a-z_]+)"', code))
    assert len(kinds) > 17
    assert not {f"alert.{kind}" for kind in kinds} - ALL.keys("en")


def test_every_refusal_about_orders_and_money_has_a_sentence() -> None:
    """An operator and finance are told why in words."""
    code = source("workflows/order_desk", "workflows/money_desk", "workflows/payouts", "workflows/payments")
    keys = set(re.findall(r'(?:Refusal|NotAllowed|NotFound)\("([a-z_.]+)"', code))
    rules = source("money/ledger", "money/payouts", "money/slips", "workflows/payments")
    keys |= set(re.findall(r'^    key = "([a-z_.]+)"', rules, re.M))
    assert len(keys) > 10
    assert not keys - ALL.keys("en")


def test_every_deed_says_what_it_did() -> None:
    mine = [
        name for name, act in access.ROUTES.items() if act in {access.Act.WORK_ORDER, access.Act.JUDGE_ORDER}
    ]
    said = [
        *mine,
        *(f"money.{kind}" for kind in SlipKind),
        "payout.propose",
        "payout.approve",
        "payout.payee",
    ]
    assert not [name for name in said if not ALL.has("en", f"done.{name}")]
