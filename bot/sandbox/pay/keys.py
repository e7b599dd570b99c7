"""The played platform's own keys: its certificate, its signatures, its sealed resources; and the merchant's checked."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

_PARTS = re.compile(r'(\w+)="([^"]*)"')
_SCHEME = "WECHATPAY2-SHA256-RSA2048"


@cache
def _private() -> rsa.RSAPrivateKey:
    """One for all sandboxes of a process: making it takes longer than all they do with it."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class PlatformKeys:
    """One key pair with a self-signed certificate, new for every run."""

    private: rsa.RSAPrivateKey = field(default_factory=_private)

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox pay")])
        now = datetime.now(UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3650))
            .sign(self.private, hashes.SHA256())
        )

    @property
    def serial(self) -> str:
        return f"{self._certificate.serial_number:X}"

    @property
    def certificate(self) -> str:
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def signed(self, body: bytes, now: float) -> dict[str, str]:
        """The four headers over a body."""
        at, nonce = str(int(now)), secrets.token_hex(16)
        message = b"\n".join([at.encode(), nonce.encode(), body]) + b"\n"
        signature = self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Timestamp": at,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
        }

    def read_secret(self, sealed: str) -> str:
        """A field the merchant sealed for the platform (RSA-OAEP)."""
        oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 (the platform's choice)
        return self.private.decrypt(base64.b64decode(sealed), oaep).decode()


def sealed(v3_key: str, plain: bytes, about: str) -> dict[str, str]:
    """A resource only this merchant can open."""
    nonce = secrets.token_hex(6)
    body = AESGCM(v3_key.encode()).encrypt(nonce.encode(), plain, about.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": about,
        "ciphertext": base64.b64encode(body).decode(),
    }


@dataclass(frozen=True)
class Asked:
    """A request as the merchant signed it."""

    method: str
    path: str
    body: bytes
    authorization: str


def complaint(asked: Asked, mch_id: str, public: rsa.RSAPublicKey) -> str:
    """What is wrong with the signature of a request; "" for nothing."""
    scheme, _, rest = asked.authorization.partition(" ")
    found = dict(_PARTS.findall(rest))
    if scheme != _SCHEME or found.get("mchid") != mch_id or not found.get("serial_no"):
        return "wrong scheme or merchant"
    head = f"{asked.method}\n{asked.path}\n{found.get('timestamp')}\n{found.get('nonce_str')}\n"
    message = head.encode() + asked.body + b"\n"
    try:
        signature = base64.b64decode(found.get("signature", ""))
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return "the signature does not fit"
    return ""


def public_key(pem: str) -> rsa.RSAPublicKey:
    """The merchant's key, as uploaded to the platform."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the merchant's key must be an RSA key")
    return key
