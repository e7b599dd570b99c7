"""`demo`: the service with both platforms played by the sandbox, demo people, and the addresses to open."""

import argparse
import asyncio
import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from backoffice.kernel.exchange import Address
from bot.assembly import (
    channels,
    core,
    deeds,
    demo_people,
    on_call_deed,
    policy_deeds,
    price_deed,
    sandbox_proxy,
    serve,
    setup,
)
from config.settings import InsurerLine, Settings, Telegram, Wechat

log = logging.getLogger(__name__)
START_S = 30.0
CENTRE_PHONES = {"zh_Hans": "+86 10 5555 0110", "en": "+86 10 5555 0119"}
"""Numbers shown in the demo only; a real centre's stand in RESCUE_CENTRE__PHONES."""


def settings(_: argparse.Namespace) -> Settings:
    """The ordinary settings with sandbox accounts; secrets are drawn anew at every start."""
    base = Settings(telegram=Telegram(), wechat=Wechat())
    sandbox = f"http://127.0.0.1:{_sandbox_port(base)}"
    data = base.data_dir / "demo"
    update: dict[str, Any] = {
        "data_dir": data,
        "database_url": f"sqlite+aiosqlite:///{data / 'rescue.db'}",
        "public_url": f"http://localhost:{base.http.port}",
        "telegram": Telegram(
            token=SecretStr(f"{10**9 + secrets.randbelow(10**9)}:{secrets.token_hex(18)[:35]}"),
            webhook_secret=SecretStr(secrets.token_urlsafe(24)),
            api_base=sandbox,
            username="rescue_sandbox_bot",
        ),
        "wechat": Wechat(
            app_id=f"wx{secrets.token_hex(8)}",
            app_secret=SecretStr(secrets.token_hex(16)),
            token=SecretStr(secrets.token_hex(12)),
            aes_key=SecretStr(secrets.token_hex(22)[:43]),
            api_base=sandbox,
            notice_template="sandbox-notice",
        ),
        "insurers": {
            "sample": InsurerLine(url=f"{sandbox}/insurer/v1", secret=SecretStr(secrets.token_hex(24)))
        },
        "payments": base.payments.model_copy(update={"telegram_provider_token": SecretStr("sandbox")}),
    }
    if not base.centre.phones:
        update["centre"] = base.centre.model_copy(update={"phones": CENTRE_PHONES})
    return base.model_copy(update=update)


def _sandbox_port(base: Settings) -> int:
    return int(os.environ.get("RESCUE_SANDBOX_PORT", base.http.port + 10))


async def run(settings_: Settings, fresh: bool) -> int:
    """Serve until stopped."""
    if fresh:
        shutil.rmtree(settings_.data_dir, ignore_errors=True)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        mounts = {"/sandbox": sandbox_proxy.build(settings_.telegram.api_base, http)}
        running = await stack.enter_async_context(serve.running(settings_, serve.Role(), mounts))
        process = await _start_sandbox(settings_, stack)
        await _answering(settings_.telegram.api_base, http)
        await setup.register(running.core, running.channels)
        await deeds.put_rows(running.core, {"rows": demo_people.envoy_rows()})
        await price_deed.put_prices(running.core, {"starting": True})
        await policy_deeds.put_products(running.core, {"samples": True})
        await _on_call(running.core)
        link = await deeds.add_operator(running.core, {"name": "王", "role": "supervisor"})
        _say(settings_, link)
        await _until_stopped(process)
    return 0


async def _on_call(base: core.Core) -> None:
    """Somebody whose phone rings when nobody takes a case."""
    channel, address, name = demo_people.ON_CALL
    await on_call_deed.put_on_call(base, Address(channel, address), name, "北京")


async def _start_sandbox(settings_: Settings, stack: AsyncExitStack) -> asyncio.subprocess.Process:
    """The platforms are their own process: a kill of the service must not kill them."""
    path = _written(json.dumps(_sandbox_config(settings_)))
    stack.callback(path.unlink, missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--config", str(path), start_new_session=True
    )
    stack.push_async_callback(_end, process)
    return process


def _written(text: str) -> Path:
    path = Path(tempfile.mkstemp(prefix="sandbox-", suffix=".json")[1])
    path.write_text(text)
    return path


def _sandbox_config(settings_: Settings) -> dict[str, Any]:
    telegram = deeds.switched_on(channels.telegram(settings_))
    wechat = deeds.switched_on(channels.wechat(settings_))
    return {
        "service": f"http://{settings_.http.host}:{settings_.http.port}",
        "port": _sandbox_port(settings_),
        "seed": 2 + secrets.randbelow(999_998),
        "telegram": {"token": telegram.token, "webhook_secret": telegram.webhook_secret},
        "wechat": {
            "app_id": wechat.app_id,
            "app_secret": wechat.app_secret,
            "token": wechat.token,
            "aes_key": wechat.aes_key,
        },
        "insurer": {"name": "sample", "secret": _insurer_secret(settings_), "answers_after_s": 3.0},
        "people": demo_people.phones(),
    }


def _insurer_secret(settings_: Settings) -> str:
    return deeds.switched_on(settings_.insurers["sample"].secret).get_secret_value()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.wait()


async def _answering(base: str, http: aiohttp.ClientSession) -> None:
    """Wait until the sandbox listens."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                async with http.get(f"{base}/sandbox/") as answer:
                    if answer.status < 500:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def another_link(settings_: Settings) -> str:
    """The shell's line that signs somebody else in; without the folder it would be a link to another database."""
    python = os.path.relpath(sys.executable)
    python = sys.executable if python.startswith("..") else python
    where = f"RESCUE_DATA_DIR={settings_.data_dir} RESCUE_DATABASE_URL={settings_.database_url}"
    return f"{where} {python} run_bot.py add-operator NAME --role operator"


def _say(settings_: Settings, link: str) -> None:
    lines = (
        "",
        "大救星 is running. 大救星已启动。",
        "",
        f"  phones 手机:   {settings_.public_url}/sandbox/",
        f"  console 坐席:  {link}",
        "                 (works once; a new one:",
        f"                 {another_link(settings_)})",
        "",
        "Share a location on the traveller's phone, then watch the console and the envoy's phone.",
        "在旅客的手机上发送位置，再看坐席台和星使的手机。Ctrl-C 结束。",
        "",
    )
    print("\n".join(lines), flush=True)


async def _until_stopped(process: asyncio.subprocess.Process) -> None:
    stopping = asyncio.ensure_future(serve.until_stopped())
    gone = asyncio.ensure_future(process.wait())
    await asyncio.wait({stopping, gone}, return_when=asyncio.FIRST_COMPLETED)
    if gone.done():
        log.error("the sandbox has stopped")
    stopping.cancel()
    gone.cancel()
