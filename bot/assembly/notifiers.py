"""The ways out that are no chat, from settings: the mail server and the SMS gateway, each where it is given."""

from pydantic import SecretStr

from backoffice.adapters.sms_http import SmsGateway
from backoffice.adapters.smtp import SmtpNotifier, SmtpServer
from bot.assembly.core import Core


def mail(core: Core) -> SmtpNotifier | None:
    given = core.settings.smtp
    if not given.host:
        return None
    password = plain(given.password)
    server = SmtpServer(given.host, given.port, given.sender, given.username, password, given.security)
    return SmtpNotifier(server, core.clock)


def sms(core: Core) -> SmsGateway | None:
    """The settings refuse an address without its secret."""
    given = core.settings.sms
    return SmsGateway(given.url, plain(given.secret), given.sender) if given.url else None


def plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
