"""One signed call to WeChat Pay APIv3 and its signed answer; every failure says whether it may have been executed."""

import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from backoffice.adapters import wechat_pay_keys as keys
from backoffice.adapters.wechat_pay_keys import BadSignature, Call, Json, Merchant, Signed, Trust, UnknownKey
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.ports.money import PayFailure, PayRefused, PayTemporary, PayUnknown

CALL_S: Final = 10.0
CONNECT_S: Final = 4.0
"""Shorter than a call, so that "never connected" is told apart from "no answer"."""
ANSWER_CAP: Final = 1 << 20
PAUSE_S: Final = 5.0
FETCH_PAUSE_S: Final = 60.0
"""Certificates are asked for at most this often."""
_CERTIFICATES: Final = "/v3/certificates"
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)

_BUSY = frozenset({"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED"})
_LATER = {"NOT_ENOUGH": 3600.0, "SIGN_ERROR": 300.0, "NO_AUTH": 3600.0, "ACCOUNT_ERROR": 3600.0}
"""Certainly not executed; staff have to do something first (money on the account, keys, rights)."""
_GONE = frozenset(
    {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND", "RECORD_NOT_EXISTS"}
)


class NotThere(PayFailure):
    """The platform does not know the number that was asked about."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `path` with its query, and what is sent."""

    method: str
    path: str
    body: Json | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the platform is and who we are to it."""

    http: aiohttp.ClientSession
    base: str
    merchant: Merchant = field(repr=False)
    clock: Clock
    bits: ids.Bits


class Api:
    """Signed calls; answers are trusted only when the platform signed them."""

    def __init__(self, line: Line, trust: Trust) -> None:
        self._line, self.trust = line, trust
        self._fetched_at = float("-inf")

    @property
    def merchant(self) -> Merchant:
        return self._line.merchant

    def nonce(self) -> str:
        return f"{self._line.bits(128):032x}"

    def now(self) -> int:
        return int(self._line.clock.now().timestamp())

    async def call(self, request: Request) -> Json:
        """The answer as JSON ({} for none). Raises `PayTemporary`, `PayRefused`, `PayUnknown`, `NotThere`."""
        status, signed, body = await self._exchange(request)
        if 200 <= status < 300:
            await self._trusted(signed)
            return keys.parsed(body)
        raise _failure(status, keys.parsed(body))

    async def verify(self, signed: Signed) -> None:
        """Check a callback. Raises `BadSignature`; `PayFailure` when its key could not be fetched."""
        if not self.trust.knows(signed.serial):
            await self.learn()
        try:
            self.trust.check(signed)
        except UnknownKey:
            raise BadSignature("signed with a key the platform does not name") from None

    async def secret(self, text: str) -> tuple[str, str]:
        """A field sealed for the platform, and its key's serial."""
        try:
            return self.trust.secret(text)
        except UnknownKey:
            await self.learn()
        try:
            return self.trust.secret(text)
        except UnknownKey:
            raise PayTemporary("no platform key", FETCH_PAUSE_S) from None

    async def learn(self) -> None:
        """Fetch the platform's certificates, not more often than allowed; they come sealed under our own key."""
        now = self._line.clock.now().timestamp()
        if now - self._fetched_at < FETCH_PAUSE_S:
            return
        self._fetched_at = now
        status, signed, body = await self._exchange(Request("GET", _CERTIFICATES))
        if status != 200:
            raise _failure(status, keys.parsed(body))
        try:
            found = keys.certificates(self.merchant, keys.parsed(body))
            fresh = Trust(found)
            if signed is None:
                raise BadSignature("certificates without a signature")
            fresh.check(signed)
        except (BadSignature, UnknownKey, ValueError) as error:
            raise PayTemporary("certificates do not open", FETCH_PAUSE_S) from error
        for serial, pem in found.items():
            self.trust.add(serial, pem)

    async def _trusted(self, signed: Signed | None) -> None:
        """An answer nobody signed proves nothing: what was asked may have been done all the same."""
        try:
            if signed is None:
                raise BadSignature("no signature")
            await self.verify(signed)
        except (BadSignature, PayFailure):
            raise PayUnknown("answer is not signed by the platform") from None

    async def _exchange(self, request: Request) -> tuple[int, Signed | None, bytes]:
        body = json.dumps(request.body, ensure_ascii=False) if request.body is not None else ""
        url = self._line.base + request.path
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        call = Call(request.method, path, self.now(), self.nonce(), body)
        try:
            async with self._line.http.request(
                request.method, url, data=body.encode() or None, **self._options(call, request)
            ) as answer:
                found = await _capped(answer)
                return answer.status, _signed(answer, found), found
        except _NOT_SENT:
            raise PayTemporary("not_connected", PAUSE_S) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PayUnknown("timeout" if isinstance(error, TimeoutError) else "connection_lost") from None

    def _options(self, call: Call, request: Request) -> dict[str, Any]:
        headers = {
            "Authorization": self.merchant.authorization(call),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "rescue",
        }
        if request.serial:
            headers["Wechatpay-Serial"] = request.serial
        limit = aiohttp.ClientTimeout(total=CALL_S, connect=CONNECT_S)
        return {"headers": headers, "timeout": limit, "allow_redirects": False}


async def _capped(answer: aiohttp.ClientResponse) -> bytes:
    """Raises `PayUnknown` for an answer no sane platform gives."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > ANSWER_CAP:
            raise PayUnknown("answer too long")
    return bytes(body)


def _signed(answer: aiohttp.ClientResponse, body: bytes) -> Signed | None:
    try:
        return Signed.of(answer.headers, body)
    except BadSignature:
        return None


def _failure(status: int, body: Json) -> PayFailure:
    """The platform's code in our words; 5xx says nothing about what was done."""
    code = str(body.get("code") or f"http_{status}")[:60]
    if status >= 500 or not body:
        return PayUnknown(code)
    if status == 404 or code in _GONE:
        return NotThere(code)
    if status == 429 or code in _BUSY:
        return PayTemporary(code, FETCH_PAUSE_S)
    if status == 401 or code in _LATER:
        return PayTemporary(code, _LATER.get(code, _LATER["SIGN_ERROR"]))
    return PayRefused(code)
