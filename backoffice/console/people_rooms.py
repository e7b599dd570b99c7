"""Routes of people and access: signing in, accounts, staff, organisations, guests, the broken glass, the trail."""

from aiohttp import web

from backoffice.console import (
    account,
    audit,
    entrance,
    glass,
    guests,
    organisations,
    passkeys,
    people,
)

ID = "[0-9a-zA-Z_-]{1,64}"
TOKEN = "[0-9a-f]{64}"  # noqa: S105
CASE = f"/cases/{{case:{ID}}}"


def add(router: web.UrlDispatcher) -> None:
    _doors(router)
    _account(router)
    _staff(router)
    _organisations(router)
    _guests(router)
    _glass(router)


def _doors(router: web.UrlDispatcher) -> None:
    router.add_post("/sign-in/code", entrance.use_code, name="sign_in.code")
    router.add_post("/sign-in/passkey/options", passkeys.begin_entering, name="sign_in.options")
    router.add_post("/sign-in/passkey", passkeys.enter, name="sign_in.passkey")
    router.add_get(f"/wall/enter/{{token:{TOKEN}}}", entrance.use_wall_token, name="wall.enter")


def _account(router: web.UrlDispatcher) -> None:
    router.add_get("/account", account.show, name="account")
    router.add_post("/account/totp", account.begin_totp, name="account.totp")
    router.add_post("/account/totp/confirm", account.confirm_totp, name="account.totp_confirm")
    router.add_post("/account/totp/remove", account.remove_totp, name="account.totp_remove")
    router.add_post("/account/codes", account.new_codes, name="account.codes")
    router.add_post("/account/passkeys/options", passkeys.begin_adding, name="account.passkey_options")
    router.add_post("/account/passkeys", passkeys.add, name="account.passkey")
    one = f"/account/passkeys/{{passkey:{ID}}}/remove"
    router.add_post(one, account.remove_passkey, name="account.passkey_remove")
    session = f"/account/sessions/{{session:{ID}}}/end"
    router.add_post(session, account.end_session, name="account.session_end")
    router.add_post("/account/sessions/end", account.end_others, name="account.sessions_end")


def _staff(router: web.UrlDispatcher) -> None:
    one = "/people/{operator:[^/]{1,64}}"
    router.add_get("/people", people.show, name="people")
    router.add_post("/people", people.add, name="people.add")
    router.add_get(one, people.one, name="people.one")
    router.add_post(f"{one}/change", people.change, name="people.change")
    router.add_post(f"{one}/link", people.fresh_link, name="people.link")
    router.add_post(f"{one}/factors", people.forget_factors, name="people.factors")
    router.add_post(f"{one}/sessions/end", people.end_sessions, name="people.sessions_end")
    session = f"{one}/sessions/{{session:{ID}}}/end"
    router.add_post(session, people.end_sessions, name="people.session_end")


def _organisations(router: web.UrlDispatcher) -> None:
    router.add_get("/organisations", organisations.show, name="organisations")
    router.add_post("/organisations", organisations.put, name="organisations.put")
    router.add_get(f"{CASE}/organisations", organisations.of_case, name="case.organisations")
    router.add_post(f"{CASE}/organisations/bind", organisations.bind, name="case.bind")
    router.add_post(f"{CASE}/organisations/unbind", organisations.unbind, name="case.unbind")
    router.add_post(f"{CASE}/authorisations", organisations.ask, name="case.ask_authorisation")
    withdraw = f"{CASE}/authorisations/{{authorisation:{ID}}}/withdraw"
    router.add_post(withdraw, organisations.withdraw, name="case.withdraw_authorisation")


def _guests(router: web.UrlDispatcher) -> None:
    router.add_get("/guest", guests.show, name="guest")
    router.add_get(f"/guest{CASE}", guests.one, name="guest.case")
    router.add_get(f"/guest/live/{{case:{ID}}}", guests.stream, name="guest.live")
    answer = f"/guest{CASE}/authorisations/{{authorisation:{ID}}}/answer"
    router.add_post(answer, guests.answer, name="guest.answer")


def _glass(router: web.UrlDispatcher) -> None:
    router.add_get(f"{CASE}/glass", glass.ask, name="case.glass")
    router.add_post(f"{CASE}/glass", glass.break_, name="case.break_glass")
    router.add_get("/glass", glass.show, name="glass")
    router.add_post(f"/glass/{{glass:{ID}}}/seen", glass.see, name="glass.seen")
    router.add_get("/audit", audit.show, name="audit")
