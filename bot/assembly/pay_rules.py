"""The settings of money in the business's units."""

from datetime import timedelta
from fractions import Fraction

from backoffice.claims.review import ClaimRules
from backoffice.kernel.money import Money
from backoffice.money.rules import PayRules
from config.settings import Settings


def rules(settings: Settings) -> PayRules:
    """The settings in the business's units."""
    given = settings.payments
    ways = {}
    if settings.telegram.token and given.telegram_provider_token:
        ways["telegram"] = "telegram"
    if settings.wechat.app_id and given.wechat_mch_id:
        ways["wechat"] = "wechat"
        if given.wechat_trade == "native":
            ways.setdefault("telegram", "wechat")
    wallets = {"wechat": "wechat"} if "wechat" in ways and given.wechat_claim_scene else {}
    return PayRules(
        ways=ways,
        wallets=wallets,
        currencies={"wechat": frozenset({"CNY"})},
        expires_after=timedelta(minutes=given.expire_minutes),
        second_person_over=_yuan(given.second_person_over_cny),
        smallest_payout=_yuan(given.smallest_payout_cny),
        public_url=settings.public_url,
        fees={name: Fraction(percent) / 100 for name, percent in given.fee_percent.items()},
    )


def claims(settings: Settings) -> ClaimRules:
    """Over how much two persons decide a claim, and how long an appeal is taken."""
    given = settings.claims
    return ClaimRules(_yuan(given.second_person_over_cny), given.appeal_days)


def _yuan(whole: int) -> Money:
    return Money.of(whole, "CNY")
