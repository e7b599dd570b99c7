"""What the doors for families are made of (settings)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FamilyRules:
    """`public_url` begins every link; `telegram` is the bot's name, empty without one; the rest: what is there."""

    public_url: str = "http://localhost:8080"
    telegram: str = ""
    wechat: bool = False
    sms: bool = False
    email: bool = False

    def page(self, token: str) -> str:
        """A link to the page."""
        return f"{self.public_url}/follow/{token}"

    def start(self, payload: str) -> str:
        """Telegram's deep link (Bot API, deep links: at most 64 of A-Za-z0-9_-); empty without a bot."""
        return f"https://t.me/{self.telegram}?start={payload}" if self.telegram else ""
