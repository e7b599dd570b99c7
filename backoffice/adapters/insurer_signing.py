"""Signatures between us and insurers: HMAC-SHA256 over time, nonce, method, path and body; the same both ways.

Headers: `X-Insurer-Key` names the key, `X-Insurer-Timestamp` is in seconds since 1970, `X-Insurer-Nonce` is drawn
anew for every message, `X-Insurer-Signature` is the HMAC as hex digits.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEY, TIMESTAMP, NONCE, SIGNATURE = (
    f"X-Insurer-{name}" for name in ("Key", "Timestamp", "Nonce", "Signature")
)
SHORTEST_SECRET: Final = 32


class BadSignature(Exception):
    """Not signed with the key we share, or changed on the way."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The key an insurer and we share; `id` may be public."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed: `at` and `nonce` as they stand in the headers, `path` with its query."""

    at: str
    nonce: str
    method: str
    path: str
    body: bytes


def signature(key: Shared, what: Signed) -> str:
    head = "\n".join([what.at, what.nonce, what.method.upper(), what.path, ""]).encode()
    return hmac.new(key.secret, head + what.body, hashlib.sha256).hexdigest()


def headers(key: Shared, what: Signed) -> dict[str, str]:
    """The four headers of one message."""
    return {KEY: key.id, TIMESTAMP: what.at, NONCE: what.nonce, SIGNATURE: signature(key, what)}


def check(key: Shared, given: Mapping[str, str], method: str, path: str, body: bytes) -> None:
    """Raises `BadSignature`. Age is no reason: our clock may be the wrong one, and a repeat changes nothing."""
    at, nonce, told = given.get(TIMESTAMP, ""), given.get(NONCE, ""), given.get(SIGNATURE, "")
    if not (at and nonce and told) or given.get(KEY) != key.id:
        raise BadSignature("a signature header is missing")
    wanted = signature(key, Signed(at, nonce, method, path, body))
    if not hmac.compare_digest(wanted.encode(), told.encode("utf-8", "replace")):
        raise BadSignature("the signature does not fit")
