"""The access token: one for all processes, fetched once, dropped only when it is the one that was refused."""

import asyncio
from datetime import timedelta
from typing import Any, Protocol

import aiohttp

from backoffice.kernel import clock as clocks
from backoffice.kernel import exchange
from bot import channel
from bot.handlers.wechat import errors, wire
from bot.handlers.wechat.config import WechatConfig

EARLY_S = 300
"""How long before its end a token is given up; the platform renews a stable token in its last five minutes."""
SHORTEST_S = 60
ASK_S = 5.0
"""Seconds one request for a token may take."""


class TokenStore(Protocol):
    """Where the token is kept between processes. `app_id` names the account."""

    async def get(self, app_id: str) -> exchange.AccessToken | None: ...

    async def put(self, app_id: str, token: exchange.AccessToken) -> None: ...

    async def drop_if_equal(self, app_id: str, value: str) -> None:
        """Forget the token if it is still this one: somebody may have fetched a newer one already."""
        ...


class TokenProvider:
    """Gives out the token; however many ask at once, one request is made in this process.

    `stable_token` in its normal mode hands every process the same token, so no leader is needed; the forced
    mode (20 a day, kills the old token) is never used.
    """

    def __init__(
        self, config: WechatConfig, http: aiohttp.ClientSession, clock: clocks.Clock, store: TokenStore
    ) -> None:
        self._config = config
        self._http = http
        self._clock = clock
        self._store = store
        self._fetching = asyncio.Lock()

    async def get(self) -> str:
        """A token that is good now. Raises `ChannelDown` or `TemporaryFailure`: nothing was sent to anybody."""
        held = await self._held()
        if held:
            return held
        async with self._fetching:
            return await self._held() or await self._fetched()

    async def invalidate(self, value: str) -> None:
        """The platform refused this token."""
        await self._store.drop_if_equal(self._config.app_id, value)

    async def _held(self) -> str:
        token = await self._store.get(self._config.app_id)
        return token.value if token and token.expires_at > self._clock.now() else ""

    async def _fetched(self) -> str:
        asked_at = self._clock.now()
        value, life_s = _read(await self._asked())
        good_s = max(life_s - EARLY_S, min(life_s, SHORTEST_S))
        token = exchange.AccessToken(value, asked_at + timedelta(seconds=good_s))
        await self._store.put(self._config.app_id, token)
        return value

    async def _asked(self) -> dict[str, Any]:
        body = {
            "grant_type": "client_credential",
            "appid": self._config.app_id,
            "secret": self._config.app_secret,
            "force_refresh": False,
        }
        url = f"{self._config.api_base}/cgi-bin/stable_token"
        call = wire.Call("POST", url, data=wire.encoded(body), timeout_s=ASK_S)
        try:
            return wire.answered(await wire.exchange(self._http, call))
        except channel.UnknownOutcome as error:
            raise errors.not_taken(error) from None


def _read(result: dict[str, Any]) -> tuple[str, int]:
    """The token and its life in seconds (7,200 at most). Raises for an error code or an answer without a token."""
    code = result.get("errcode", 0)
    if code:
        raise errors.failure(wire.errcode(result))
    value, life_s = result.get("access_token"), result.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(life_s, int):
        raise channel.TemporaryFailure("no token", errors.NETWORK_S)
    return value, life_s
