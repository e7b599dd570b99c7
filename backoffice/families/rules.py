"""What the doors for families are made of (settings)."""

from dataclasses import dataclass, field


@dataclass
class BotName:
    """The Telegram bot's public name without @: as set, else what the platform says once it has been asked."""

    value: str = ""


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """`public_url` begins every link; `bot`: empty without one or before it is known; the rest: what is there."""

    public_url: str = "http://localhost:8080"
    bot: BotName = field(default_factory=BotName)
    wechat: bool = False
    sms: bool = False
    email: bool = False

    def page(self, token: str) -> str:
        """A link to the page."""
        return f"{self.public_url}/follow/{token}"

    def start(self, payload: str) -> str:
        """Telegram's deep link (Bot API, deep links: at most 64 of A-Za-z0-9_-); empty without a bot."""
        return f"https://t.me/{self.bot.value}?start={payload}" if self.bot.value else ""
