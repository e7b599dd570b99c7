"""The catalogues as the console's plain words."""

from backoffice.kernel.messages import Message
from bot.i18n.catalogues import Catalogues


class PlainWords:
    """`ports.Words`: a message as one text, without choices or buttons."""

    def __init__(self, speech: Catalogues) -> None:
        self._speech = speech

    def text(self, message: Message, locale: str, zone: str = "UTC") -> str:
        lines = [self._speech.sentence(message.key, message.params, locale, zone)]
        lines += [self._speech.sentence(s.key, s.params, locale, zone) for s in message.more]
        return "\n".join(lines)
