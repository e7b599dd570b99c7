"""Wakes on-call staff when the console stays silent: a signed webhook of the centre's own paging service."""

import hashlib
import hmac
import json
from typing import Any

import aiohttp

from backoffice.kernel.clock import Clock
from backoffice.ports import PageFailed

TIME_OUT_S = 5.0


class WebhookPager:
    """POSTs `{level, ref, what, at}` with an HMAC-SHA256 of the body in `X-Rescue-Signature`.

    Only 2xx counts as taken: a redirect to a sign-in page wakes nobody.
    """

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        self._url = url
        self._secret = secret.encode()
        self._clock = clock

    async def page(self, level: int, ref: str, what: str) -> None:
        body = json.dumps(
            {"level": level, "ref": ref, "what": what, "at": self._clock.now().isoformat()}
        ).encode()
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Rescue-Signature": signature}
        try:
            await self._post(body, headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PageFailed(type(error).__name__) from error

    async def _post(self, body: bytes, headers: dict[str, str]) -> None:
        """A session per page: pages are rare, and one left open for days would be dead when it is needed."""
        timeout = aiohttp.ClientTimeout(total=TIME_OUT_S)
        posting: dict[str, Any] = {"data": body, "headers": headers, "allow_redirects": False}
        async with aiohttp.ClientSession(timeout=timeout) as http, http.post(self._url, **posting) as answer:
            if answer.status >= 300:
                raise PageFailed(f"the paging service answered {answer.status}")
