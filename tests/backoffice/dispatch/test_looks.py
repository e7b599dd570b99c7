"""What is kept of a look for envoys."""

from backoffice.dispatch import looks
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered
from backoffice.kernel.ids import EnvoyId
from tests.backoffice.dispatch.made import envoy, weighed


def test_the_asked_and_those_whose_turn_had_not_come_are_kept_in_order() -> None:
    order = [weighed(envoy(str(i)), 1_000.0 * i) for i in range(3)]
    found = looks.asked(order, 2)
    assert [(c.place, c.asked) for c in found] == [(1, True), (2, True), (3, False)]
    assert found[2].reason is Reason.NOT_REACHED
    assert found[0].facts["terms"]


def test_of_a_crowd_all_are_counted_and_the_first_waiting_are_named() -> None:
    crowd = looks.asked([weighed(envoy(str(i))) for i in range(500)], 30)
    assert looks.counts(crowd) == {"asked": 30, "not_reached": 470}
    assert len(looks.kept(crowd)) == 30 + looks.KEPT


def test_why_nobody_comes_is_one_code() -> None:
    off = Considered(EnvoyId("a"), "a", reason=Reason.OFF_DUTY)
    assert looks.why_nobody([], {}) == "nobody_there"
    assert looks.why_nobody([off], {}) == "nobody_free"
    assert looks.why_nobody([off], {"declined": 3, "silent": 1}) == "all_declined"
    assert looks.why_nobody([off], {"silent": 4, "declined": 1}) == "no_answer"
    assert looks.why_nobody([], {"unreachable": 2}) == "unreachable"
