"""The passive reply: words in the webhook's own answer, safe against what people type, encrypted."""

from dataclasses import dataclass
from datetime import datetime

from wechatpy.replies import TextReply

from backoffice.kernel import ids
from bot.handlers.wechat import crypto, markup

LONGEST = 2047
"""Bytes of UTF-8 the platform takes in one text (measured for passive replies; error 45002 beyond)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Who answers whom (`sender` is our gh_… account), with what, when."""

    sender: str
    to: str
    words: str
    at: datetime


def fits(words: str) -> bool:
    return len(words.encode("utf-8", "replace")) <= LONGEST


def plain(reply: Reply) -> str:
    """The reply as the platform's XML, before encryption."""
    made = TextReply(
        source=markup.cdata(reply.sender),
        target=markup.cdata(reply.to),
        content=markup.cdata(reply.words),
        time=int(reply.at.timestamp()),
    )
    return str(made.render())


class Sealer:
    """Encrypts and signs replies of one account."""

    def __init__(self, token: str, cipher: crypto.Cipher, bits: ids.Bits) -> None:
        self._token = token
        self._cipher = cipher
        self._bits = bits

    def sealed(self, reply: Reply, key: bytes) -> str:
        """The encrypted envelope, ready to be the webhook's answer."""
        encrypt = self._cipher.seal(plain(reply), key)
        stamp, nonce = str(int(reply.at.timestamp())), f"{self._bits(64):016x}"
        signature = crypto.sign(self._token, stamp, nonce, encrypt)
        return (
            f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
