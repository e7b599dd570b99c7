"""The routes of the pages about orders and money."""

from aiohttp import web

from backoffice.console import ledgers, money, orders, payouts

ID = "[0-9a-zA-Z_-]{1,64}"
NUMBER = "[0-9]{1,18}"


def add(router: web.UrlDispatcher) -> None:
    """Every route here has its entry in `access.ROUTES`."""
    _orders(router)
    _money(router)
    _payouts(router)


def _orders(router: web.UrlDispatcher) -> None:
    one = f"/orders/{{order:{ID}}}"
    router.add_get("/orders", orders.show, name="orders")
    router.add_post(f"/orders/reviews/{{review:{NUMBER}}}", orders.decide, name="order.review")
    router.add_get(one, orders.one, name="order")
    router.add_get(f"{one}/files/{{file:{ID}}}", orders.file, name="order.file")
    router.add_get(f"{one}/papers/{{paper:receipt|report}}", orders.paper, name="order.paper")
    for name, (path, step) in orders.ON_ORDER.items():
        router.add_post(f"{one}/{path}", orders.on_order(name, step), name=name)


def _money(router: web.UrlDispatcher) -> None:
    router.add_get("/money", money.show, name="money")
    router.add_post("/money/slips", money.put_in, name="money.put_in")
    router.add_post(f"/money/slips/{{slip:{ID}}}/sign", money.sign, name="money.sign")
    router.add_post(f"/money/slips/{{slip:{ID}}}/drop", money.drop, name="money.drop")
    router.add_get(f"/money/payments/{{payment:{ID}}}", money.payment, name="money.payment")
    router.add_post(f"/money/payments/{{payment:{ID}}}/book", money.book, name="money.book")
    router.add_post(f"/money/tasks/{{task:{ID}}}/outcome", money.outcome, name="money.outcome")
    router.add_post(f"/money/tasks/{{task:{ID}}}/ask", money.ask, name="money.ask")
    router.add_get("/money/ledger", ledgers.show, name="ledger")
    router.add_get("/money/ledger/{kind:[a-z_]{1,32}}", ledgers.account, name="ledger.account")


def _payouts(router: web.UrlDispatcher) -> None:
    router.add_get("/money/payouts", payouts.show, name="payouts")
    router.add_post("/money/payouts/propose", payouts.propose, name="payout.propose")
    router.add_get("/money/payouts/file", payouts.file, name="payout.file")
    router.add_post(f"/money/payouts/{{payout:{ID}}}/approve", payouts.approve, name="payout.approve")
    router.add_post(f"/money/payouts/{{payout:{ID}}}/withdraw", payouts.withdraw, name="payout.withdraw")
    router.add_post(f"/money/payees/{{person:{ID}}}", payouts.set_payee, name="payout.payee")
    router.add_get(f"/money/statements/{{person:{ID}}}", payouts.statement, name="payout.statement")
