"""What people prefer, told in their own words: an envoy who is a woman, a man, or either."""

from typing import Final

from backoffice.kernel import text as reading

FEMALE: Final = "female"
MALE: Final = "male"
ANY: Final = "any"
_WORDS: Final = {
    FEMALE: """女 女的 女士 女性 女生 女人 女星使 要女的 女的好 female woman women lady a_woman
        女の人 女性がいい 女性希望 여 여성 여자 여성분 여자분""",
    MALE: """男 男的 男士 男性 男生 男人 先生 男星使 要男的 male man men a_man
        男の人 男性がいい 男性希望 남 남성 남자 남성분 남자분""",
    ANY: """都行 都可以 不限 无所谓 随便 没有要求 any either both no_preference doesn't_matter don't_mind whoever
        どちらでも どちらでもいい 指定なし 상관없음 상관없어요 아무나 둘_다""",
}
_KNOWN: Final = {
    reading.simplified(reading.bare(word.replace("_", " "))): sex
    for sex, words in _WORDS.items()
    for word in words.split()
}


def envoy_sex(typed: str) -> str | None:
    """`female`, `male` or `any`; None for words that say none of them."""
    return _KNOWN.get(reading.simplified(reading.bare(typed)))


def wanted_sex(kept: str) -> str:
    """What a profile keeps, as dispatch needs it: `female`, `male` or "" for either."""
    found = envoy_sex(kept)
    return found if found in (FEMALE, MALE) else ""
