"""The pager from settings: the on-call list over every configured way."""

from collections.abc import Mapping

from backoffice.adapters.pager import WebhookPager
from backoffice.adapters.pager_on_call import OnCallPager, PagerDeps
from backoffice.adapters.pager_ways import ChatWay, NoticeWay, WebhookWay
from backoffice.oncall.model import WayKind
from backoffice.ports.paging import Way
from bot.assembly import notifiers
from bot.assembly.core import Core
from bot.assembly.words import PlainWords


def pager(core: Core) -> OnCallPager:
    """Built even where nothing is configured: then every page fails, and staff see that it does."""
    console = f"{core.settings.public_url}/console/"
    words = PlainWords(core.speech)
    return OnCallPager(PagerDeps(core.store, core.clock, words, ways(core), console, core.world.bits))


def ways(core: Core) -> Mapping[WayKind, Way]:
    """Chat always; the others where their settings are given."""
    given = core.settings
    found: dict[WayKind, Way] = {WayKind.CHAT: ChatWay(core.store, core.clock)}
    if given.pager.webhook_url:
        service = WebhookPager(
            given.pager.webhook_url, notifiers.plain(given.pager.webhook_secret), core.clock
        )
        found[WayKind.WEBHOOK] = WebhookWay(service)
    if mail := notifiers.mail(core):
        found[WayKind.EMAIL] = NoticeWay(mail)
    if sms := notifiers.sms(core):
        found[WayKind.SMS] = NoticeWay(sms)
    return found
