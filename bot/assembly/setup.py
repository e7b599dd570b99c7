"""`setup-channels`: registers the Telegram webhook and commands and the WeChat menu, and says what it did."""

from bot.assembly import bot_name, channels, core
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.channel import SendFailure
from bot.handlers.telegram import setup as telegram_setup
from bot.handlers.wechat import setup as wechat_setup
from config.settings import Settings

COMMANDS = (
    "sos",
    "case",
    "family",
    "order",
    "cover",
    "claim",
    "buy_cover",
    "profile",
    "language",
    "help",
    "enrol",
)
LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")


async def run(settings: Settings) -> int:
    """0 when every channel that is switched on was set up."""
    async with core.opened(settings) as base, channels.opened(base) as made:
        return await register(base, made)


async def register(base: Core, made: Channels) -> int:
    """Register with each platform; a refusal is named and makes the answer 1."""
    failed = 0
    for name, step in (("telegram", _telegram), ("wechat", _wechat)):
        try:
            for line in await step(base, made):
                print(f"{name}: {line}")
        except RuntimeError as wrong:
            print(f"{name}: {wrong}")
            failed = 1
        except SendFailure as failure:
            print(f"{name}: refused: {failure.code}")
            failed = 1
    return failed


async def _telegram(base: Core, made: Channels) -> list[str]:
    config = channels.telegram(base.settings)
    if made.telegram is None or config is None:
        return ["off (no RESCUE_TELEGRAM__TOKEN)"]
    commands = {locale: [(c, _label(base, c, locale)) for c in COMMANDS] for locale in LOCALES}
    public = base.settings.public_url
    lines = await telegram_setup.register(made.telegram.bot, config, public, commands, force=True)
    return [*lines, await bot_name.said(base, made)]


async def _wechat(base: Core, made: Channels) -> list[str]:
    if made.wechat is None:
        return ["off (no RESCUE_WECHAT__APP_ID)"]
    labels = {c: _label(base, c, "zh_Hans") for c in (*COMMANDS, "mine", "more")}
    await wechat_setup.register_menu(made.wechat.client, labels)
    return [f"menu: {', '.join(labels.values())}"]


def _label(base: Core, command: str, locale: str) -> str:
    return base.speech.sentence(f"menu_label.{command}", {}, locale, "UTC")
