"""The ledger as it stands: every account's balance, whether it all adds up, and one account's bookings."""

from typing import Any

from aiohttp import web

from backoffice.console import money_words, view
from backoffice.console.deps import DEPS
from backoffice.kernel import errors
from backoffice.money.accounts import Account, AccountKind


async def show(request: web.Request) -> web.Response:
    """Accounts by kind; debits less credits of all of them must be nothing in every currency."""
    found = await request.config_dict[DEPS].shop.ledger()
    groups: dict[AccountKind, list[Any]] = {}
    for balance in found.balances:
        groups.setdefault(balance.account.kind, []).append(balance)
    context: dict[str, Any] = {
        "found": found,
        "groups": groups,
        "balanced": not any(found.sums.values()),
        "may": view.allowed(request),
        "money": money_words.said,
        "limit": request.config_dict[DEPS].pay.second_person_over,
    }
    return view.page(request, "ledger.html", **context)


async def account(request: web.Request) -> web.Response:
    """One account's newest bookings."""
    try:
        wanted = Account(AccountKind(request.match_info["kind"]), request.query.get("owner", ""))
    except ValueError as unknown:
        raise errors.NotFound from unknown
    found = await request.config_dict[DEPS].shop.account(wanted)
    return view.page(
        request, "account_lines.html", v=found, may=view.allowed(request), money=money_words.said
    )
