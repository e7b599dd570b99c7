"""The words of a structured text: rich messages, checklists."""

from bot.handlers.telegram import fields

_WORD_KEYS = frozenset({"text", "title", "caption", "summary"})
_DEEPEST = 32


def plain(value: object, inline: bool = False, depth: int = 0) -> str:
    """The words of a structured text (rich message, checklist), in order, whatever blocks it is made of."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return fields.words(value)
    if isinstance(value, list):
        parts = [plain(part, inline, depth + 1) for part in value]
    else:
        named = fields.obj(value).items()
        parts = [
            plain(part, inline or key in _WORD_KEYS, depth + 1) for key, part in named if _telling(key, part)
        ]
    return ("" if inline else "\n").join(filter(None, parts))


def _telling(key: str, part: object) -> bool:
    """Plain strings say something only under a key of words: elsewhere they are types, links and ids."""
    return key in _WORD_KEYS or isinstance(part, list | dict)
