"""Whatever stands on a button of the enrolment can be typed as well, in each language."""

import pytest

from backoffice.enrolment import languages, said
from backoffice.enrolment.model import Step
from backoffice.kernel.messages import Choice
from backoffice.workflows import enrolment
from bot.i18n.catalogues import LOCALES, Catalogues

SPEECH = Catalogues(strict=True)
SHOWN = [
    (step, choice)
    for step, choices in {**enrolment.CHOICES, Step.DOCUMENT: (enrolment.DONE,)}.items()
    for choice in (*choices, enrolment.LATER)
]


@pytest.mark.parametrize(("step", "choice"), SHOWN, ids=lambda value: getattr(value, "value", str(value)))
def test_a_buttons_words_mean_the_button(step: str, choice: Choice) -> None:
    for locale in LOCALES:
        label = SPEECH.sentence(choice.label, {}, locale, "UTC")
        assert said.choice(step, label) == choice.value, (locale, label)
        assert said.choice(step, f" {label.upper()}。") == choice.value


@pytest.mark.parametrize("words", ["", "1", "maybe", "我不知道", "how long does it take?"])
def test_other_words_are_no_choice(words: str) -> None:
    assert [said.choice(step, words) for step in Step] == [None] * len(Step)


def test_teochew_is_a_kind_of_southern_min() -> None:
    assert [code for code, _ in languages.read("中文，泰语流利，潮州话")] == ["zh", "th", "nan"]
