"""What a house is wired with: settings against a sandbox, doors on loopback, the sandbox's own clock."""

import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot.sandbox import app as sandbox_app
from bot.sandbox.config import SandboxConfig, TelegramConfig, WeChatConfig
from config.settings import Settings, Telegram, Wechat
from tests import paying
from tests.clocks import FakeClock

TOKEN = "7000000:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-pc"
SECRET = "journey-secret"
APP = {
    "app_id": "wx5a1dba110c0d0001",
    "app_secret": "0123456789abcdef0123456789abcdef",
    "token": "journey-token",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


class SandboxClock:
    """The test's clock as the sandbox reads it: seconds since 1970."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def settings(database_url: str, data: Path, platforms: str, **more: Any) -> Settings:
    """The service's settings against a sandbox."""
    key = data / "master.key"
    return Settings(
        database_url=database_url,
        data_dir=data,
        telegram=Telegram(
            token=SecretStr(TOKEN),
            webhook_secret=SecretStr(SECRET),
            api_base=platforms,
            username="rescue_sandbox_bot",
        ),
        wechat=Wechat(
            app_id=APP["app_id"],
            app_secret=SecretStr(APP["app_secret"]),
            token=SecretStr(APP["token"]),
            aes_key=SecretStr(APP["aes_key"]),
            api_base=platforms,
            notice_template="notice",
        ),
        secrets={"key_file": key} if key.exists() else {},
        centre={"phones": {"zh_Hans": "+861055550110", "en": "+861055550119"}},
        **more,
    )


def write_key(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    path = data / "master.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")


def door() -> socket.socket:
    """A port of loopback's own choice, kept from the first moment."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def url(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


def sandbox(service: str, clock: FakeClock, pays: bool) -> web.Application:
    config = SandboxConfig(
        service=service,
        telegram=TelegramConfig(token=TOKEN, webhook_secret=SECRET),
        wechat=WeChatConfig(**APP),
        pay=paying.played(APP["app_id"]) if pays else None,
        insurer=paying.insurer() if pays else None,
    )
    return sandbox_app.build(config, SandboxClock(clock))


async def listen(stack: AsyncExitStack, app: web.Application, bound: socket.socket) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, bound).start()
