"""The routes of claims: deciding, paying by hand, the pack, and the insurer's own desk."""

from aiohttp import web

from backoffice.console import claim_circumstances, claim_money, claim_packs, claims, guest_claims

ID = "[0-9a-zA-Z_-]{1,64}"


def add(router: web.UrlDispatcher) -> None:
    """Every route here has its entry in `access.ROUTES`."""
    _money(router)
    _desk(router)
    _insurer(router)


def _money(router: web.UrlDispatcher) -> None:
    router.add_get("/claims/payments", claim_money.show, name="claims.payments")
    router.add_get("/claims/payments/file", claim_money.file, name="claims.file")
    router.add_get(f"/claims/statements/{{insurer:{ID}}}", claim_money.statement, name="claims.statement")


def _desk(router: web.UrlDispatcher) -> None:
    one = f"/claims/{{claim:{ID}}}"
    router.add_get("/claims", claims.show, name="claims")
    router.add_get("/claims/next", claims.following, name="claims.next")
    router.add_get(one, claims.one, name="claim")
    router.add_get(f"{one}/papers/{{sheet:{ID}}}", claims.paper, name="claim.paper")
    router.add_post(f"{one}/pack", claim_packs.download, name="claim.pack")
    for name, (path, step) in (claims.ON_CLAIM | claim_circumstances.ON_CLAIM).items():
        router.add_post(f"{one}/{path}", claims.on_claim(name, step), name=name)


def _insurer(router: web.UrlDispatcher) -> None:
    one = f"/guest/claims/{{claim:{ID}}}"
    router.add_get("/guest/claims", guest_claims.show, name="guest.claims")
    router.add_get(one, guest_claims.one, name="guest.claim")
    router.add_post(f"{one}/unmask", guest_claims.unmask, name="guest.unmask")
    router.add_get(f"{one}/papers/{{sheet:{ID}}}", guest_claims.paper, name="guest.paper")
    router.add_post(f"{one}/pack", guest_claims.pack, name="guest.pack")
    router.add_get("/guest/statement", guest_claims.statement, name="guest.statement")
