"""Each open question has digits of its own."""

from itertools import combinations

from backoffice.kernel.messages import Choice
from backoffice.workflows.work import shift

YES_NO = (Choice("accept", "button.accept", "1"), Choice("decline", "button.decline", "0"))
PLAIN = tuple(Choice(str(n), "button.yes") for n in range(5))


def digits(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.digit for choice in choices]


def test_the_first_question_has_its_own_digits() -> None:
    assert digits(shift(YES_NO, set())) == ["1", "0"]


def test_the_second_begins_with_eleven_and_ten_the_third_with_twenty_one() -> None:
    assert digits(shift(YES_NO, {"1", "0"})) == ["11", "10"]
    assert digits(shift(YES_NO, {"1", "0", "11", "10"})) == ["21", "20"]


def test_one_digit_taken_moves_the_whole_question() -> None:
    """So that 1 and 0 always belong together."""
    assert digits(shift(YES_NO, {"1", "2"})) == ["11", "10"]


def test_choices_without_digits_are_counted() -> None:
    assert digits(shift(PLAIN, set())) == ["1", "2", "3", "4", "5"]
    assert digits(shift(PLAIN, {"3"})) == ["11", "12", "13", "14", "15"]


def test_ten_questions_at_once_share_no_digit() -> None:
    taken: set[str] = set()
    given = []
    for question in [YES_NO, PLAIN] * 5:
        own = set(digits(shift(question, taken)))
        given.append(own)
        taken |= own
    assert not any(one & other for one, other in combinations(given, 2))


def test_values_and_labels_stay() -> None:
    moved = shift(YES_NO, {"1"})
    assert [(c.value, c.label) for c in moved] == [(c.value, c.label) for c in YES_NO]
