"""Guessing is slowed by address and altogether, and forgotten after a minute."""

from backoffice.follow.throttle import MOST_ADDRESSES, OF_ALL, OF_ONE, Throttle
from tests.clocks import FakeClock


def test_one_address_is_slowed_and_another_is_not(clock: FakeClock) -> None:
    throttle = Throttle(clock)
    assert [throttle.wrong("a") for _ in range(OF_ONE + 2)] == [False] * OF_ONE + [True] * 2
    assert not throttle.wrong("b")
    clock.advance(61)
    assert not throttle.wrong("a")


def test_many_addresses_meet_the_limit_of_all(clock: FakeClock) -> None:
    """Who comes from everywhere is slowed as well, and takes no more memory than that."""
    throttle = Throttle(clock)
    answers = [throttle.wrong(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n in range(MOST_ADDRESSES + 5)]
    assert answers.count(False) == OF_ALL
    assert len(throttle._by) == MOST_ADDRESSES
