"""The doors for families that the settings open."""

from backoffice.families.rules import BotName, FamilyRules
from config.settings import Settings


def rules(settings: Settings) -> FamilyRules:
    """Which doors there are."""
    return FamilyRules(
        public_url=settings.public_url,
        bot=BotName(settings.telegram.username if settings.telegram.token else ""),
        wechat=bool(settings.wechat.app_id),
        sms=bool(settings.sms.url),
        email=bool(settings.smtp.host),
    )
