"""Languages and levels are read from how people name them; what is no language is not taken for one."""

import pytest

from backoffice.enrolment import languages
from backoffice.enrolment.model import Level

N, F, E = Level.NATIVE, Level.FLUENT, Level.EVERYDAY


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("中文母语、泰语流利", [("zh", N), ("th", F)]),
        ("Chinese (native), Thai fluent and English", [("zh", N), ("th", F), ("en", None)]),
        ("普通话，粤语，英文一般", [("zh", None), ("yue", None), ("en", E)]),
        ("中文 泰语 英语", [("zh", None), ("th", None), ("en", None)]),
        ("我会说中文", [("zh", None)]),
        ("泰語、越南話", [("th", None), ("vi", None)]),
        ("日本語 ネイティブ、中国語 少し", [("ja", N), ("zh", E)]),
        ("한국어 유창, 중국어", [("ko", F), ("zh", None)]),
        ("ภาษาไทย", [("th", None)]),
        ("泰语，泰语流利", [("th", F)]),
        ("hello", []),
        ("我要做星使", []),
    ],
)
def test_languages_are_read(typed: str, found: list[tuple[str, Level | None]]) -> None:
    assert languages.read(typed) == found
