"""What a text is found by, and what must all be there for it to be found."""

import pytest

from backoffice.kernel import words


@pytest.mark.parametrize(
    ("said", "looked_for", "found"),
    [
        ("我在大皇宫门口，脚扭伤了", "大皇宫", True),
        ("我在大皇宫门口，脚扭伤了", "皇宫 扭伤", True),
        ("我在大皇宫门口", "宫", True),
        ("我在大皇宫门口", "皇门", False),
        ("Je suis au Café de Flore", "cafe FLORE", True),
        ("Je suis au Café de Flore", "caf", False),
        ("ホテルのロビーにいます", "ロビー", True),
        ("롯데호텔 앞에 있어요", "호텔", True),
        ("room 1204, ＳＯＳ", "sos 1204", True),
        ("一句话", "", False),
    ],
)
def test_a_text_is_found_by_what_stands_in_it(said: str, looked_for: str, found: bool) -> None:
    """Latin words whole, eastern scripts by pairs, without width, case and accents."""
    asked = words.asked(looked_for)
    assert (bool(asked) and asked <= words.of(said)) == found


def test_a_long_text_is_found_by_its_beginning() -> None:
    assert len(words.of(" ".join(f"w{n}" for n in range(5000)))) == words.MOST


def test_digits_of_any_script() -> None:
    assert words.digits("+86 138-0013 ８０００") == "8613800138000"
