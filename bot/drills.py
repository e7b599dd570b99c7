"""Addresses that only our own exercises use; nothing is ever sent to a platform for them."""

from backoffice.kernel.exchange import Address

DRILL_TELEGRAM_IDS = range(2**51, 2**51 + 2**16)
"""User ids far above any that Telegram has given out: drills write with them."""
DRILL_WECHAT_PREFIX = "drill_"


def is_drill(at: Address) -> bool:
    """An address that only our own drill uses."""
    if at.channel == "telegram":
        return at.address.isdigit() and int(at.address) in DRILL_TELEGRAM_IDS
    return at.address.startswith(DRILL_WECHAT_PREFIX)
