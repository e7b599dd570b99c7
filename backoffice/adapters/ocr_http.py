"""Reading printed words over a server of one's own: off unless it is configured; a help for reviewers, never a rule."""

import hashlib
import hmac
import json
import logging

import aiohttp

from backoffice.ports.claims import WordReader

log = logging.getLogger(__name__)
TIME_OUT_S = 15.0
LONGEST = 8_000
"""Characters kept of one paper."""


class HttpReader:
    """`ports.claims.WordReader`: POSTs the picture drawn anew as `image/jpeg`, signed like the SMS gateway's body;
    the answer is JSON `{"text": …}`. Whatever goes wrong, a paper is looked at without its words."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret.encode()

    async def words(self, view: bytes) -> str:
        try:
            return await self._asked(view)
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as trouble:
            log.warning("no words were read: %s", type(trouble).__name__)
            return ""

    async def _asked(self, view: bytes) -> str:
        signature = hmac.new(self._secret, view, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "image/jpeg", "X-Rescue-Signature": signature}
        timeout = aiohttp.ClientTimeout(total=TIME_OUT_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(self._url, data=view, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                return ""
            body = await answer.content.read(4 * LONGEST)
        return str(json.loads(body)["text"])[:LONGEST]


_: type[WordReader] = HttpReader
