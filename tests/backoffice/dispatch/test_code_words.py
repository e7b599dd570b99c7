"""Code words: easy to say, hard to mistake for each other, the same chance for each, in every language."""

import random
from collections import Counter
from itertools import combinations, product

import pytest

from backoffice.dispatch import code_words
from backoffice.dispatch.model import ASSIGNMENT_MOVES, WORKING, Assignment, AssignmentStatus
from backoffice.kernel.errors import IllegalMove
from bot.conversations import words
from bot.i18n.catalogues import LOCALES, Catalogues
from tests.clocks import START


def test_every_word_comes_up_about_as_often() -> None:
    bits = random.Random(3).getrandbits
    counted = Counter(code_words.pick(bits) for _ in range(24_000))
    assert set(counted) == set(code_words.CODE_WORDS)
    assert min(counted.values()) > 850
    assert max(counted.values()) < 1_150


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_words_read_alike(locale: str) -> None:
    """In every language each word has its own name."""
    speech = Catalogues(strict=True)
    said = [speech.sentence(f"code_word.{word}", {}, locale, "UTC") for word in code_words.CODE_WORDS]
    assert all(one.casefold() != other.casefold() for one, other in combinations(said, 2))


def test_words_are_never_what_is_typed_as_an_answer() -> None:
    """Somebody who types the code word answers no question by it."""
    assert not any(words.meaning(word) or words.command_named(word) for word in code_words.CODE_WORDS)


def _assignment(status: AssignmentStatus) -> Assignment:
    return Assignment("a", "c", "e", START, 1, 20.0, 900.0, False, status)  # type: ignore[arg-type]


@pytest.mark.parametrize(("before", "after"), list(product(AssignmentStatus, AssignmentStatus)))
def test_an_assignment_moves_only_along_its_table(before: AssignmentStatus, after: AssignmentStatus) -> None:
    one = _assignment(before)
    if after in ASSIGNMENT_MOVES.get(before, frozenset()):
        one.move(after)
        assert one.status is after
    else:
        with pytest.raises(IllegalMove):
            one.move(after)


def test_a_no_is_a_no() -> None:
    """Declined and withdrawn lead nowhere; stood down may only be asked again."""
    assert not ASSIGNMENT_MOVES.get(AssignmentStatus.DECLINED)
    assert not ASSIGNMENT_MOVES.get(AssignmentStatus.WITHDRAWN)
    assert ASSIGNMENT_MOVES[AssignmentStatus.STOOD_DOWN] == {AssignmentStatus.ASKED}


@pytest.mark.parametrize("status", AssignmentStatus)
def test_who_works_is_who_accepted_and_is_not_done(status: AssignmentStatus) -> None:
    assert _assignment(status).working is (status in WORKING)


def test_a_word_somebody_knows_is_not_given_again() -> None:
    """Whatever the dice say; only when all are known does one come back."""
    known: list[str] = []
    for _ in code_words.CODE_WORDS:
        known.append(code_words.pick(lambda _: 0, known))
    assert sorted(known) == sorted(code_words.CODE_WORDS)
    assert code_words.pick(lambda _: 0, known) in code_words.CODE_WORDS
