"""A linking code is recognised as a whole message, and who stays is decided so that work and money stay put."""

import random
from itertools import product

import pytest

from backoffice.enrolment import linking
from backoffice.enrolment.linking import Side
from backoffice.kernel.ids import PersonId


@pytest.mark.parametrize("typed", ["7K3F9Q2M", "7k3f-9q2m", "绑定 7K3F-9Q2M", "link 7K3F 9Q2M"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    found = linking.typed(typed)
    assert found is not None
    assert found[0] == "7K3F9Q2M"


@pytest.mark.parametrize("typed", ["绑定", "7K3F", "my code is 7K3F9Q2M", "00000000", "救命"])
def test_other_words_are_no_code(typed: str) -> None:
    assert linking.typed(typed) is None


def test_codes_are_long_and_read_back() -> None:
    code = linking.fresh(random.Random(1).getrandbits)
    assert len(code) == linking.LENGTH
    assert linking.typed(linking.spelt(code)) == (code, False)


def side(name: str, busy: bool = False, envoy: bool = False, drill: bool = False) -> Side:
    return Side(PersonId(name), busy, envoy, drill)


def test_whoever_has_something_under_way_or_is_an_envoy_stays() -> None:
    for busy, envoy in product([False, True], repeat=2):
        kept = side("kept", busy, envoy)
        if busy or envoy:
            assert linking.who_stays(side("other"), kept) is kept
            assert linking.who_stays(kept, side("other")) is kept


def test_of_two_with_nothing_the_one_who_asked_for_the_code_stays() -> None:
    shown, typing = side("shown"), side("typing")
    assert linking.who_stays(shown, typing) is shown


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (side("a", busy=True), side("b", busy=True)),
        (side("a", envoy=True), side("b", envoy=True)),
        (side("a", envoy=True), side("b", busy=True)),
        (side("a", drill=True), side("b")),
    ],
)
def test_a_machine_does_not_decide_when_both_have_something(one: Side, two: Side) -> None:
    assert linking.who_stays(one, two) is None
    assert linking.who_stays(two, one) is None
