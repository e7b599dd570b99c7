"""Which words choose which answer: only of the question they fit."""

import pytest

from backoffice.workflows import intake
from bot.conversations import answers, words


def chosen(kind: str, values: tuple[str, ...], typed: str) -> list[str]:
    """The answers of a question of this kind that the typed words choose."""
    return [value for value in values if answers._means(kind, value) & words.meaning(typed)]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("受伤", "yes"), ("没受伤", "no"), ("yes", "yes"), ("不确定", "unsure"), ("injured", "yes")],
)
def test_words_about_being_hurt(typed: str, value: str) -> None:
    assert chosen("intake.hurt", ("yes", "no", "unsure"), typed) == [value]


@pytest.mark.parametrize("typed", ["取消", "cancel", "safe", "确认", "send"])
def test_words_of_the_countdown_answer_no_question_about_the_body(typed: str) -> None:
    assert chosen("intake.hurt", ("yes", "no", "unsure"), typed) == []


@pytest.mark.parametrize(("typed", "value"), [("本人", "self"), ("for a friend", "other")])
def test_for_whom(typed: str, value: str) -> None:
    assert chosen("intake.for_whom", ("self", "other"), typed) == [value]


@pytest.mark.parametrize(
    ("typed", "value"), [("需要", "yes"), ("不用了", "no"), ("I'm safe", "no"), ("yes", "yes"), ("no", "no")]
)
def test_do_you_still_need_help(typed: str, value: str) -> None:
    assert chosen("late", ("yes", "no"), typed) == [value]


@pytest.mark.parametrize(("typed", "value"), [("yes", "agree"), ("不", "refuse")])
def test_consent_by_a_plain_word(typed: str, value: str) -> None:
    assert chosen("profile.consent", ("agree", "refuse"), typed) == [value]


def test_no_cancels_nothing() -> None:
    """ "No", typed in a countdown, may answer a bystander: only a cancel cancels."""
    assert chosen("countdown", ("confirm", "cancel"), "no") == []
    assert chosen("countdown", ("confirm", "cancel"), "不用了") == ["cancel"]


@pytest.mark.parametrize("step", intake.STEPS)
def test_every_choice_after_the_dispatch_can_be_typed_as_a_word(step: str) -> None:
    """Buttons are not everywhere: for each answer there is a word that chooses it and no other."""
    values = tuple(choice.value for choice in intake.CHOICES[step])
    by_word = {tuple(chosen(f"intake.{step}", values, typed)) for typed in words.PHRASES}
    assert {(value,) for value in values} <= by_word
