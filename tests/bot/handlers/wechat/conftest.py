"""Fixtures of the WeChat tests: the webhook served over a given intake."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.handlers.wechat import webhook
from tests.bot.handlers.wechat import support
from tests.bot.handlers.wechat.support import Hook


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Serves the webhook over a given intake."""
    clients: list[TestClient[web.Request, web.Application]] = []

    async def serve(intake: support.Intake) -> TestClient[web.Request, web.Application]:
        app = web.Application()
        app.add_routes(webhook.routes(support.CONFIG, intake, support.FixedClock(), lambda bits: 7))
        clients.append(TestClient(TestServer(app)))
        await clients[-1].start_server()
        return clients[-1]

    yield serve
    for client in clients:
        await client.close()
