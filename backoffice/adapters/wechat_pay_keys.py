"""WeChat Pay APIv3 cryptography: signing requests, trusting answers and callbacks, opening what is encrypted.

By the public documents of APIv3: `WECHATPAY2-SHA256-RSA2048` over method, path, time, nonce and body; answers and
callbacks are signed over time, nonce and body by a platform certificate or public key; resources are AES-256-GCM
under the merchant's APIv3 key.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_SIGNED_BY: Final = ("Serial", "Timestamp", "Nonce", "Signature")
Json = dict[str, Any]


class BadSignature(Exception):
    """Not signed by the platform, or not for us."""


class UnknownKey(Exception):
    """Signed with a key we do not hold (yet)."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who we are to WeChat Pay. `serial` names our certificate, `v3_key` has 32 bytes."""

    mch_id: str
    serial: str
    private_key: rsa.RSAPrivateKey = field(repr=False)
    v3_key: bytes = field(repr=False)

    def sign(self, message: str) -> str:
        """Base64 of the RSA-SHA256 signature (PKCS #1 v1.5)."""
        signature = self.private_key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def authorization(self, call: "Call") -> str:
        """The `Authorization` header of one request."""
        signature = self.sign(f"{call.method}\n{call.path}\n{call.at}\n{call.nonce}\n{call.body}\n")
        return (
            f'{SCHEME} mchid="{self.mch_id}",nonce_str="{call.nonce}",signature="{signature}",'
            f'timestamp="{call.at}",serial_no="{self.serial}"'
        )

    def opened(self, resource: Mapping[str, Any]) -> bytes:
        """What is inside an encrypted resource. Raises `BadSignature` for anything that is not for us."""
        try:
            nonce = str(resource["nonce"]).encode()
            sealed = base64.b64decode(resource["ciphertext"], validate=True)
            extra = str(resource.get("associated_data") or "").encode()
            return AESGCM(self.v3_key).decrypt(nonce, sealed, extra)
        except (KeyError, TypeError, ValueError, InvalidTag, binascii.Error):
            raise BadSignature("the resource does not open") from None


def merchant(mch_id: str, serial: str, private_key: str, v3_key: str) -> Merchant:
    """From settings. Raises ValueError for a key of the wrong kind or length."""
    key = _key(private_key)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the merchant's private key must be an RSA key")
    if len(v3_key.encode()) != 32:
        raise ValueError("the APIv3 key must have 32 bytes")
    return Merchant(mch_id, serial, key, v3_key.encode())


@cache
def _key(pem: str) -> object:
    """The key of a PEM; proving that an RSA key is sound takes some 60 ms, once is enough."""
    return serialization.load_pem_private_key(pem.encode(), None)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it is signed: `path` with its query, `at` in seconds since 1970."""

    method: str
    path: str
    at: int
    nonce: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the platform signed: the four headers and the body as it came."""

    serial: str
    at: str
    nonce: str
    signature: str
    body: bytes

    @classmethod
    def of(cls, headers: Mapping[str, str], body: bytes) -> "Signed":
        """Raises `BadSignature` when a header is missing."""
        serial, at, nonce, signature = (headers.get(f"Wechatpay-{name}", "") for name in _SIGNED_BY)
        if not (serial and at and nonce and signature):
            raise BadSignature("a signature header is missing")
        return cls(serial, at, nonce, signature, body)


class Trust:
    """The platform's public keys by serial number or public key id; certificates are fetched when one is new."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        for serial, pem in (known or {}).items():
            self.add(serial, pem)

    def add(self, serial: str, pem: str) -> None:
        """A certificate or a public key, PEM. Raises ValueError for anything but RSA."""
        data = pem.encode()
        certificate = b"BEGIN CERTIFICATE" in data
        key = (
            x509.load_pem_x509_certificate(data).public_key()
            if certificate
            else serialization.load_pem_public_key(data)
        )
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError("the platform's key must be an RSA key")
        self._keys[serial] = key

    def knows(self, serial: str) -> bool:
        return serial in self._keys

    def check(self, signed: Signed) -> None:
        """Raises `UnknownKey` and `BadSignature`. Age is no reason: our clock may be the wrong one."""
        key = self._keys.get(signed.serial)
        if key is None:
            raise UnknownKey(signed.serial)
        message = f"{signed.at}\n{signed.nonce}\n".encode() + signed.body + b"\n"
        try:
            signature = base64.b64decode(signed.signature, validate=True)
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            raise BadSignature("the signature does not fit") from None

    def secret(self, text: str) -> tuple[str, str]:
        """A field only the platform may read (RSA-OAEP), and the serial of the key it was sealed with.

        Raises `UnknownKey` while no key is held.
        """
        if not self._keys:
            raise UnknownKey("")
        serial, key = next(reversed(self._keys.items()))
        oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 (the platform's choice)
        return base64.b64encode(key.encrypt(text.encode(), oaep)).decode(), serial


def certificates(merchant_: Merchant, answer: Json) -> dict[str, str]:
    """Serial -> PEM of the answer of `/v3/certificates`. Raises `BadSignature` when one does not open."""
    return {
        str(each["serial_no"]): merchant_.opened(each["encrypt_certificate"]).decode()
        for each in answer.get("data", [])
    }


def parsed(body: bytes) -> Json:
    """A JSON object, or an empty one."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
