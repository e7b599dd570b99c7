"""SMS over a gateway's HTTP door: a signed POST."""

import hashlib
import hmac
import json
from typing import Any

import aiohttp

from backoffice.ports.notifying import Notice, NotSent

TIME_OUT_S = 10.0
AGAIN = frozenset({408, 425, 429})
"""Refusals that pass: too slow, too early, too many."""


class SmsGateway:
    """`ports.Notifier` for SMS: POSTs `{to, text, sender, id}`; `id` is the same for every try of one notice.

    The body's HMAC-SHA256 stands in `X-Rescue-Signature`, as the pager's does. Only 2xx counts as taken.
    """

    def __init__(self, url: str, secret: str, sender: str = "") -> None:
        self._url = url
        self._secret = secret.encode()
        self._sender = sender

    async def send(self, notice: Notice) -> None:
        """Raises `NotSent`."""
        if not notice.to.startswith("+"):
            raise NotSent("no E.164 number", again=False)
        said = {"to": notice.to, "text": notice.text, "sender": self._sender, "id": notice.key}
        try:
            status = await self._post(json.dumps(said, ensure_ascii=False).encode())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from error
        if not 200 <= status < 300:
            raise NotSent(f"the gateway answered {status}", again=status >= 500 or status in AGAIN)

    async def _post(self, body: bytes) -> int:
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Rescue-Signature": signature}
        posting: dict[str, Any] = {"data": body, "headers": headers, "allow_redirects": False}
        timeout = aiohttp.ClientTimeout(total=TIME_OUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.post(self._url, **posting) as answer:
            return answer.status
