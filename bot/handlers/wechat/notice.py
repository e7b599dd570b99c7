"""The words of the notice that messages wait: one template field holds 20 characters and no line break."""

from collections.abc import Callable

LONGEST = 20
Words = Callable[[int, str], str]
"""(how many wait, the reader's locale) -> the field's text."""

_SENTENCES = {
    "zh_Hans": "您有{n}条新消息，回复任意字查看",
    "zh_Hant": "您有{n}則新訊息，回覆任意字查看",
    "en": "{n} new. Reply here.",
    "ja": "新着{n}件。返信でご覧いただけます",
    "ko": "새 메시지 {n}건, 회신하면 확인",
}


def words(waiting: int, locale: str) -> str:
    """What the notice says; more than 99 waiting are said as 99+, an unknown locale is answered in Chinese."""
    number = str(waiting) if waiting < 100 else "99+"
    return _SENTENCES.get(locale, _SENTENCES["zh_Hans"]).format(n=number)[:LONGEST]
