"""Signatures and AES of the push interface: both signatures in constant time, the framing checked byte by byte.

wechatpy compares with `!=`, does not check the padding and refuses bodies that are not UTF-8; only its cipher is used.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from wechatpy.crypto import PrpCrypto

from backoffice.kernel import ids
from bot.handlers.wechat.config import WechatConfig

_RANDOM, _LENGTH, _BLOCK = 16, 4, 32


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts, hex (the platform's rule for every signature)."""
    return hashlib.sha1(b"".join(sorted(_bytes(part) for part in parts))).hexdigest()  # noqa: S324


def same(expected: str, given: str) -> bool:
    """Compared as bytes, in constant time: anything may stand in a query, non-ASCII included."""
    return hmac.compare_digest(_bytes(expected), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def query_is_signed(token: str, query: Mapping[str, str]) -> bool:
    """`signature` covers token, timestamp and nonce, nothing of the body."""
    return same(sign(token, query.get("timestamp", ""), query.get("nonce", "")), query.get("signature", ""))


def body_is_signed(token: str, query: Mapping[str, str], encrypt: str) -> bool:
    """`msg_signature` covers the encrypted body too."""
    expected = sign(token, query.get("timestamp", ""), query.get("nonce", ""), encrypt)
    return same(expected, query.get("msg_signature", ""))


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted body and which of our keys opened it: the answer goes back under the same one."""

    body: bytes = field(repr=False)
    key: bytes = field(repr=False)


class Cipher:
    """Opens pushes and seals answers of one account; while a rotation lasts the previous key still opens."""

    def __init__(self, config: WechatConfig, bits: ids.Bits) -> None:
        self._app_id = config.app_id
        self._bits = bits
        self._keys = [_decoded(key) for key in (config.aes_key, config.previous_aes_key) if key]

    def open(self, encrypt: str) -> Opened | None:
        """The body, or None when no key opens it or it is meant for another account."""
        for key in self._keys:
            body = _unframed(_decrypted(key, encrypt), self._app_id)
            if body is not None:
                return Opened(body, key)
        return None

    def seal(self, text: str, key: bytes) -> str:
        """Base64 of the encrypted text under a key that opened the push."""
        return _Sealing(key, self._bits).encrypt(text, self._app_id).decode("ascii")  # type: ignore[no-any-return]


class _Sealing(PrpCrypto):  # type: ignore[misc]
    """wechatpy takes its 16 random bytes from the predictable `random`; these come from outside."""

    def __init__(self, key: bytes, bits: ids.Bits) -> None:
        super().__init__(key)
        self._bits = bits

    def get_random_string(self) -> bytes:
        return self._bits(8 * _RANDOM).to_bytes(_RANDOM, "big")


def _decoded(aes_key: str) -> bytes:
    key = base64.b64decode(aes_key + "=")
    if len(key) != 32:
        raise ValueError("the WeChat EncodingAESKey must have 43 characters")
    return key


def _decrypted(key: bytes, encrypt: str) -> bytes:
    try:
        return bytes(PrpCrypto(key).cipher.decrypt(base64.b64decode(encrypt)))
    except ValueError:
        return b""


def _unframed(plain: bytes, app_id: str) -> bytes | None:
    """16 random bytes, length (4, big-endian), message, AppId, PKCS#7 to 32."""
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= _BLOCK or len(plain) < _RANDOM + _LENGTH + padding:
        return None
    content = plain[_RANDOM:-padding]
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    if not hmac.compare_digest(content[end:], app_id.encode()):
        return None
    return content[_LENGTH:end]
