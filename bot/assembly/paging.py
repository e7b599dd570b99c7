"""The pager from settings: the on-call list over every configured way."""

from collections.abc import Mapping

from pydantic import SecretStr

from backoffice.adapters.pager import WebhookPager
from backoffice.adapters.pager_on_call import OnCallPager, PagerDeps
from backoffice.adapters.pager_ways import ChatWay, NoticeWay, WebhookWay
from backoffice.adapters.sms_http import SmsGateway
from backoffice.adapters.smtp import SmtpNotifier, SmtpServer
from backoffice.oncall.model import WayKind
from backoffice.ports.paging import Way
from bot.assembly.core import Core
from bot.assembly.words import PlainWords
from config.settings import Sms, Smtp


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
        service = WebhookPager(given.pager.webhook_url, _plain(given.pager.webhook_secret), core.clock)
        found[WayKind.WEBHOOK] = WebhookWay(service)
    if given.smtp.host:
        found[WayKind.EMAIL] = NoticeWay(SmtpNotifier(_mail(given.smtp, given.smtp.host), core.clock))
    if given.sms.url:
        found[WayKind.SMS] = NoticeWay(_gateway(given.sms, given.sms.url))
    return found


def _mail(given: Smtp, host: str) -> SmtpServer:
    password = _plain(given.password)
    return SmtpServer(host, given.port, given.sender, given.username, password, given.security)


def _gateway(given: Sms, url: str) -> SmsGateway:
    return SmsGateway(url, _plain(given.secret), given.sender)


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
