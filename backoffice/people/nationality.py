"""A nationality as people write it: what matters is whether the consular hotline of China is theirs."""

from backoffice.kernel import text

_CHINESE = (
    "中国",
    "中华",
    "大陆",
    "内地",
    "香港",
    "澳门",
    "china",
    "chinese",
    "hong kong",
    "macau",
    "macao",
    "중국",
    "홍콩",
    "마카오",
)
_CODES = frozenset({"cn", "chn", "prc", "hk", "hkg", "mo", "mac", "hksar"})


def is_chinese(words: str) -> bool:
    """Whether the words ("中国", "Chinese", "P.R.C.", "CN") name a nationality the hotline 12308 serves."""
    plain = text.simplified(text.fold(words))
    return any(name in plain for name in _CHINESE) or text.bare(words).replace(" ", "") in _CODES
