"""The envelope of WeChat's safe mode, both ways: sorted SHA-1 signatures, AES-256-CBC, 32-byte padding.

Plaintext: 16 random bytes, length of the message as 4 bytes big-endian, message, app id (developer guide,
"消息加解密说明").
"""

from __future__ import annotations

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class BadEnvelope(Exception):
    """A reply that does not decrypt to something addressed to this account."""


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts joined, in hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


class Envelope:
    """Seals and opens with one account's EncodingAESKey (43 characters)."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != 32:
            raise ValueError("EncodingAESKey must be 43 characters")
        self._app_id = app_id

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def seal(self, message: str, noise: bytes) -> str:
        """The base64 text for `Encrypt`; `noise` is 16 random bytes."""
        content = message.encode()
        plain = noise + struct.pack(">I", len(content)) + content + self._app_id.encode()
        padding = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """The message inside; BadEnvelope says what is wrong."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            padded = decryptor.update(raw) + decryptor.finalize()
        except ValueError as error:
            raise BadEnvelope(f"not AES-CBC in base64: {error}") from None
        return self._unpack(_unpadded(padded))

    def _unpack(self, plain: bytes) -> str:
        if len(plain) < 20:
            raise BadEnvelope("too short")
        (length,) = struct.unpack(">I", plain[16:20])
        content, owner = plain[20 : 20 + length], plain[20 + length :]
        if owner != self._app_id.encode():
            raise BadEnvelope(f"app id {owner[:40]!r} is not this account's")
        return content.decode("utf-8", "strict")


def _unpadded(padded: bytes) -> bytes:
    count = padded[-1] if padded else 0
    if not 1 <= count <= BLOCK or padded[-count:] != bytes([count]) * count:
        raise BadEnvelope("wrong padding")
    return padded[:-count]
