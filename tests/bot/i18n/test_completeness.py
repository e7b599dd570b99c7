"""Every sentence the code can say exists in every language, with values the code really gives."""

import pytest

from bot.i18n import book
from bot.i18n.catalogues import LOCALES
from tests.bot.i18n import given, keys

BOOKS = {tag: book.read(tag) for tag in LOCALES}
KEYS = sorted(BOOKS["zh_Hans"].entries)


def fields(tag: str, key: str) -> set[frozenset[str]]:
    return {form.fields for form in BOOKS[tag].entries[key]}


@pytest.mark.parametrize("tag", LOCALES)
def test_no_sentence_is_missing(tag: str) -> None:
    assert keys.used() - BOOKS[tag].entries.keys() == set()


@pytest.mark.parametrize("tag", LOCALES)
def test_no_sentence_is_left_over(tag: str) -> None:
    assert BOOKS[tag].entries.keys() - keys.used() == set()


def test_keys_made_at_run_time_are_of_families_that_the_tests_know() -> None:
    assert keys.patterns() == keys.families()
    assert keys.suffixes() == set(keys.SUFFIXES)


@pytest.mark.parametrize("tag", LOCALES)
def test_every_language_says_the_same_facts(tag: str) -> None:
    differing = [key for key in KEYS if fields(tag, key) != fields("zh_Hans", key)]
    assert differing == []


def test_no_sentence_asks_for_a_value_that_the_code_does_not_give() -> None:
    lacking = []
    for key in KEYS:
        wanted = frozenset().union(*fields("zh_Hans", key))
        places = given.places_of(key)
        if wanted and not places:
            lacking.append(f"{key}: nobody is known to give {set(wanted)}")
        lacking += [f"{key}: {set(wanted - p)}" for p in places if given.ANYTHING not in p and wanted - p]
    assert lacking == []


def test_a_language_has_as_many_forms_as_its_grammar() -> None:
    """English has two; the others one."""
    numbers = {tag: {len(forms) for forms in each.entries.values()} for tag, each in BOOKS.items()}
    assert numbers == {"zh_Hans": {1}, "zh_Hant": {1}, "en": {1, 2}, "ja": {1}, "ko": {1}}


def test_english_counts_in_singular_and_plural_wherever_it_counts() -> None:
    measures = {"unit.m", "unit.km"}
    counted = {key for key in KEYS if {"count", "seconds"} & frozenset().union(*fields("en", key))}
    assert {key for key in counted if len(BOOKS["en"].entries[key]) == 1} == measures
