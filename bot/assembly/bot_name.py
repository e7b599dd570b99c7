"""Learns the Telegram bot's public name from the platform, for links that open a chat with it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.channel import SendFailure

log = logging.getLogger(__name__)
AGAIN_S = 30.0
"""While the platform does not answer; until it has, families are offered the other ways in."""


@asynccontextmanager
async def learning(base: Core, channels: Channels) -> AsyncIterator[None]:
    """Ask beside everything else: nobody waits for it. A name in the settings is never asked for."""
    asking = asyncio.create_task(learnt(base, channels))
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def learnt(base: Core, channels: Channels) -> None:
    """Until the name is known."""
    bot = base.world.family.bot
    while channels.telegram and not bot.value:
        try:
            bot.value = await channels.telegram.username()
        except SendFailure as failure:
            log.warning("the bot's name is not known yet: %s", failure.code)
        if not bot.value:
            await base.clock.sleep(AGAIN_S)


async def said(base: Core, channels: Channels) -> str:
    """Where Telegram links lead, in words. Raises when the settings name another bot than the token's."""
    if channels.telegram is None:
        return ""
    set_, real = base.settings.telegram.username, await channels.telegram.username()
    if set_ and set_.casefold() != real.casefold():
        raise RuntimeError(f"RESCUE_TELEGRAM__USERNAME is {set_}, but the token is @{real}'s")
    return f"families' links open @{real}"
