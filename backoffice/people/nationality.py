"""Nationality as people write it: free text, in any of the five languages."""

from backoffice.kernel import text

_CHINESE = frozenset(
    text.fold(word)
    for word in (
        "CN", "CHN", "China", "Chinese", "PRC", "P.R. China", "People's Republic of China", "中国", "中國",
        "中国人", "中國人", "中国籍", "中國籍", "中华人民共和国", "中華人民共和國", "中国国籍", "中国公民", "중국",
        "중국인",
    )
)  # fmt: skip


def is_chinese(written: str) -> bool:
    """Whether somebody wrote that they are a citizen of China."""
    return text.fold(written).strip(" .") in _CHINESE
