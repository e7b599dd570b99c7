"""An insurer over HTTP: each request is put once under its own id, asked about under the same, every answer signed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from backoffice.adapters import insurer_signing as signing
from backoffice.adapters.insurer_signing import BadSignature, Shared, Signed
from backoffice.insurance.policies import Answer, RequestKind, Said
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.ports.insurance import Instruction, Insurer, InsurerTemporary, InsurerUnknown

CALL_S: Final = 15.0
CONNECT_S: Final = 4.0
ANSWER_CAP: Final = 256 * 1024
PAUSE_S: Final = 10.0
BUSY_S: Final = 60.0
ASLEEP_S: Final = 900.0
"""After a refusal of our signature or rights: somebody has to do something first."""
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Where the insurer is and who we are to it."""

    http: aiohttp.ClientSession
    base: str
    key: Shared
    clock: Clock
    bits: ids.Bits
    call_s: float = CALL_S


class HttpInsurer:
    """`ports.insurance.Insurer`: `POST` and `GET {base}/requests/{id}`.

    POST, though the same again changes nothing: clients and proxies repeat a lost PUT by themselves.
    """

    def __init__(self, name: str, line: Line) -> None:
        self._name, self._line = name, line

    @property
    def name(self) -> str:
        return self._name

    async def send(self, instruction: Instruction) -> Answer:
        path = f"/requests/{instruction.request.id}"
        status, found = await self._call("POST", path, body(instruction))
        return _answer(status, found)

    async def query(self, instruction: Instruction) -> Answer:
        status, found = await self._call("GET", f"/requests/{instruction.request.id}", None)
        return Answer(Said.UNKNOWN_THERE) if status == 404 else _answer(status, found)

    async def _call(self, method: str, path: str, sent: Json | None) -> tuple[int, Json]:
        """Raises `InsurerTemporary` when it certainly was not taken, `InsurerUnknown` when nobody knows."""
        line, raw = self._line, b"" if sent is None else json.dumps(sent, ensure_ascii=False).encode()
        url = line.base + path
        where = urlsplit(url).path
        at, nonce = str(int(line.clock.now().timestamp())), f"{line.bits(128):032x}"
        heads = signing.headers(line.key, Signed(at, nonce, method, where, raw))
        limit = aiohttp.ClientTimeout(total=line.call_s, connect=CONNECT_S)
        try:
            async with line.http.request(
                method,
                url,
                data=raw or None,
                headers={**heads, "Content-Type": "application/json"},
                timeout=limit,
                allow_redirects=False,
            ) as answer:
                came = await _capped(answer)
                return answer.status, self._trusted(answer, method, where, came)
        except _NOT_SENT:
            raise InsurerTemporary("not_connected", PAUSE_S) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            slow = isinstance(error, TimeoutError)
            raise InsurerUnknown("timeout" if slow else "connection_lost") from None

    def _trusted(self, answer: aiohttp.ClientResponse, method: str, path: str, came: bytes) -> Json:
        """An answer nobody signed proves nothing: what was asked may have been taken all the same."""
        if answer.status in (401, 403):
            raise InsurerTemporary("refused_our_signature", ASLEEP_S)
        if answer.status == 429:
            raise InsurerTemporary("busy", BUSY_S)
        if answer.status >= 500:
            raise InsurerUnknown(f"http_{answer.status}")
        try:
            signing.check(self._line.key, answer.headers, method, path, came)
            found = json.loads(came)
        except (BadSignature, ValueError):
            raise InsurerUnknown("answer is not signed by the insurer") from None
        return found if isinstance(found, dict) else {}


async def _capped(answer: aiohttp.ClientResponse) -> bytes:
    came = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        came += chunk
        if len(came) > ANSWER_CAP:
            raise InsurerUnknown("answer too long")
    return bytes(came)


def _answer(status: int, found: Json) -> Answer:
    """`state` is `confirmed`, `refused` or `pending`; a 4xx with a reason is a refusal."""
    number, reason = str(found.get("number") or "")[:128], str(found.get("reason") or "")[:500]
    if 400 <= status < 500:
        return Answer(Said.REFUSED, reason=reason)
    try:
        said = Said(str(found.get("state")))
    except ValueError:
        raise InsurerUnknown("answer without a state") from None
    if said is Said.UNKNOWN_THERE:
        raise InsurerUnknown("answer without a state")
    return Answer(said, number, reason)


def body(instruction: Instruction) -> dict[str, Any]:
    """What an insurer needs of a policy; a change and a cancellation name the number it gave."""
    request, policy, product = instruction.request, instruction.policy, instruction.product
    found: dict[str, Any] = {
        "request": request.id,
        "kind": str(request.kind),
        "policy": policy.id,
        "number": policy.number,
        "product": policy.product,
        "edition": policy.edition,
        "starts": policy.starts.isoformat(),
        "ends": request.payload.get("ends", policy.ends.isoformat()),
        "premium": {"minor": policy.premium.minor, "currency": policy.premium.currency},
        "commission_percent": product.commission,
        **{k: v for k, v in request.payload.items() if k in ("refund", "currency")},
    }
    if request.kind is RequestKind.ISSUE:
        found |= {
            "countries": list(policy.countries),
            "sports": list(policy.sports),
            "people": _people(instruction),
        }
    if request.kind is RequestKind.CHANGE and policy.change:
        found["more_premium"] = {
            "minor": policy.change.premium.minor,
            "currency": policy.change.premium.currency,
        }
    return found


def _people(instruction: Instruction) -> list[dict[str, Any]]:
    return [
        {"name": p.name, "document": p.document, "born": p.born.isoformat() if p.born else None}
        for p in instruction.policy.people
    ]


def _fits(insurer: HttpInsurer) -> Insurer:
    return insurer
