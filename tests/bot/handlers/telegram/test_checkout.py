"""Before Telegram takes money it asks; the answer is in the webhook's own answer, and a doubt is a no."""

from typing import Any

import pytest

from backoffice.kernel.exchange import Address
from backoffice.kernel.money import Money
from bot.handlers.telegram import checkout
from bot.handlers.telegram.checkout import Asked, Checkout
from bot.incoming import Nothing, Paid


def update(**more: Any) -> dict[str, Any]:
    query = {
        "id": "77", "from": {"id": 5001, "is_bot": False, "first_name": "Anna"}, "currency": "USD",
        "total_amount": 2000, "invoice_payload": "p1",
    } | more  # fmt: skip
    return {"update_id": 1, "pre_checkout_query": query}


async def answered(words: str = "", **more: Any) -> tuple[dict[str, Any] | None, list[Asked]]:
    asked: list[Asked] = []

    async def check(one: Asked) -> str:
        asked.append(one)
        return words

    return await checkout.answer(update(**more), Checkout(check, "sorry")), asked


async def test_yes_is_said_in_the_webhooks_own_answer() -> None:
    found, asked = await answered()
    assert found == {"method": "answerPreCheckoutQuery", "pre_checkout_query_id": "77", "ok": True}
    assert asked == [Asked("p1", Money.of(20, "USD"), Address("telegram", "5001"))]


async def test_no_comes_with_its_reason() -> None:
    found, _ = await answered("already paid")
    assert found is not None
    assert (found["ok"], found["error_message"]) == (False, "already paid")


@pytest.mark.parametrize("more", [{"currency": "?"}, {"total_amount": "x"}, {"total_amount": None}])
async def test_a_sum_that_is_none_is_refused(more: dict[str, Any]) -> None:
    found, asked = await answered(**more)
    assert found is not None
    assert (found["ok"], asked) == (False, [])


async def test_a_check_that_fails_is_a_no_never_silence() -> None:
    async def check(_: Asked) -> str:
        raise RuntimeError("the database is away")

    found = await checkout.answer(update(), Checkout(check, "sorry"))
    assert found is not None
    assert (found["ok"], found["error_message"]) == (False, "sorry")


async def test_other_updates_are_none_of_its_business() -> None:
    assert await checkout.answer({"update_id": 1, "message": {}}, Checkout(_never, "")) is None


async def _never(_: Asked) -> str:
    raise AssertionError


def test_the_notice_of_a_payment_is_understood() -> None:
    notice = {
        "currency": "USD", "total_amount": 2000, "invoice_payload": "p1", "telegram_payment_charge_id": "c1",
    }  # fmt: skip
    assert checkout.paid(notice) == Paid("p1", Money.of(20, "USD"), "c1")
    assert checkout.paid({"currency": "USD"}) == Nothing("successful_payment")
