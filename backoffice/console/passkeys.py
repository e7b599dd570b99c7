"""Passkeys: added to an account, and signing in with one. The person is verified by their device every time."""

import base64
import binascii
import ipaddress
import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, view
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.kernel import errors, ids

LIVES = timedelta(minutes=5)
"""How long a ceremony may take."""
NAME = 64
RP_NAME = "大救星"
CHALLENGE_BITS = 256


class BadPasskey(errors.Refusal):
    """What came back proves nothing here."""

    key = "error.passkey"
    status = 403


@dataclass(frozen=True, slots=True)
class Party:
    """The site a passkey belongs to, and the one origin it is used from."""

    id: str
    origin: str


def party(request: web.Request) -> Party | None:
    """From `RESCUE_PUBLIC_URL`; on loopback from the address asked for. None on a bare IP address: browsers refuse."""
    deps = request.config_dict[DEPS]
    url = deps.public_url if deps.secure else f"http://{request.host}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_address(host) or (not deps.secure and host != "localhost"):
        return None
    return Party(host, f"{parts.scheme}://{parts.netloc}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _party(request: web.Request) -> Party:
    found = party(request)
    if found is None:
        raise errors.Refusal("error.passkey_address")
    return found


async def begin_adding(request: web.Request) -> web.Response:
    """What the browser needs to make a new passkey for this account."""
    import webauthn  # costs half a second, and only those who sign in need it
    from webauthn.helpers import structs

    deps, operator, site = request.config_dict[DEPS], request[auth.SIGN_IN].operator, _party(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        known = await uow.credentials.passkeys(operator.id)
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=RP_NAME,
        user_name=operator.name,
        user_id=operator.id.encode(),
        challenge=await _challenge(deps, operator.id),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=_bytes(k.credential)) for k in known],
    )
    return web.json_response(text=webauthn.options_to_json(options))


async def add(request: web.Request) -> web.Response:
    """The new passkey is kept under the name its owner gave it."""
    import webauthn

    deps, operator, site = request.config_dict[DEPS], request[auth.SIGN_IN].operator, _party(request)
    given = await _json(request)
    credential, name = given.get("credential", {}), str(given.get("name", "")).strip()[:NAME]
    challenge = await _used_challenge(deps, credential, operator.id)
    try:
        proved = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as wrong:  # whatever a forged answer makes the library trip over, it proves nothing
        raise BadPasskey from wrong
    made = ports.Passkey(
        ids.new_id(deps.bits), operator.id, _text(proved.credential_id), proved.credential_public_key,
        proved.sign_count, name or view.catalogue(request)("account.a_passkey"), deps.clock.now(),
    )  # fmt: skip
    async with deps.store.begin(made.added_at) as uow:
        await uow.credentials.add_passkey(made)
        await uow.commit()
    return web.json_response({"ok": True, "said": view.catalogue(request)("done.account.passkey")})


async def begin_entering(request: web.Request) -> web.Response:
    """A question any passkey of this site can answer; whose it is, the answer says."""
    import webauthn
    from webauthn.helpers import structs

    site = _party(request)
    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=await _challenge(request.config_dict[DEPS], ""),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return web.json_response(text=webauthn.options_to_json(options))


async def enter(request: web.Request) -> web.Response:
    """Signed in, or the same refusal for every reason."""
    deps, site = request.config_dict[DEPS], _party(request)
    credential = (await _json(request)).get("credential", {})
    challenge = await _used_challenge(deps, credential, "")
    begins = auth.opening(request, ports.Entrance.PASSKEY)
    async with deps.store.begin(deps.clock.now()) as uow:
        key = await uow.credentials.passkey(str(credential.get("id", "")))
        operator = await uow.staff.get(key.operator) if key else None
        if key is None or operator is None or not operator.active:
            raise BadPasskey
        count = _proved(credential, challenge, site, key)
        await uow.credentials.used_passkey(key.id, count, deps.clock.now())
        token = await auth.admit(deps, uow, operator, begins)
        await uow.commit()
    response = web.json_response({"ok": True, "to": view.home(operator)})
    auth.set_cookie(deps, response, token)
    return response


def _proved(credential: dict[str, Any], challenge: bytes, site: Party, key: ports.Passkey) -> int:
    """The authenticator's new counter. Raises `BadPasskey`."""
    import webauthn

    try:
        proved = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except Exception as wrong:  # as above
        raise BadPasskey from wrong
    return proved.new_sign_count


async def _challenge(deps: ConsoleDeps, operator: str) -> bytes:
    """A fresh challenge; only its hash is kept."""
    now, challenge = deps.clock.now(), deps.bits(CHALLENGE_BITS).to_bytes(CHALLENGE_BITS // 8, "big")
    async with deps.store.begin(now) as uow:
        await uow.credentials.put_challenge(sha256(challenge).hexdigest(), operator, now + LIVES)
        await uow.commit()
    return challenge


async def _used_challenge(deps: ConsoleDeps, credential: Any, operator: str) -> bytes:
    """The challenge this answer was made for, used up. Raises `BadPasskey` for one not asked, used or old."""
    challenge = _challenge_in(credential)
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        if not await uow.credentials.use_challenge(sha256(challenge).hexdigest(), operator, now):
            raise BadPasskey
        await uow.commit()
    return challenge


def _challenge_in(credential: Any) -> bytes:
    try:
        told = json.loads(_bytes(credential["response"]["clientDataJSON"]))
        return _bytes(told["challenge"])
    except (KeyError, TypeError, ValueError, binascii.Error) as wrong:
        raise BadPasskey from wrong


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError as wrong:
        raise BadPasskey from wrong
    if not isinstance(given, dict) or not isinstance(given.get("credential", {}), dict):
        raise BadPasskey
    return given
