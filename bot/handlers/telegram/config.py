"""What the Telegram channel needs to know to run."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """One bot. The secrets stay out of every repr."""

    token: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str = "https://api.telegram.org"
