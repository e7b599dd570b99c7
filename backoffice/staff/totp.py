"""Codes of an authenticator app (RFC 6238): six digits, SHA-1, 30 seconds, as every app reads them."""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_S = 30
DIGITS = 6
SECRET_BITS = 160
"""RFC 4226, section 4: as long as the hash."""
DRIFT = (0, -1, 1)
"""A telephone's clock may be one step off (RFC 6238, section 5.2)."""


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The 30-second step this code belongs to, None when it is of none near `now`."""
    current = int(now.timestamp()) // STEP_S
    found = None
    for drift in DRIFT:
        expected = _generator(secret).generate((current + drift) * STEP_S)
        if hmac.compare_digest(expected, code.encode()) and found is None:
            found = current + drift
    return found


def code_at(secret: bytes, now: datetime) -> str:
    """The code an app shows now."""
    return _generator(secret).generate(int(now.timestamp())).decode()


def _generator(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303


def spelled(secret: bytes) -> str:
    """The secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def address(secret: bytes, issuer: str, name: str) -> str:
    """The `otpauth:` address inside the QR code."""
    label = quote(f"{issuer}:{name}")
    query = {
        "secret": base64.b32encode(secret).decode(),
        "issuer": issuer,
        "digits": DIGITS,
        "period": STEP_S,
    }
    return f"otpauth://totp/{label}?{urlencode(query)}"
