"""Random steps of everybody, the short form: the long one is `python -m tests.chaos machine`."""

from tests.chaos import case_machine


def test_whatever_happens_the_promises_of_a_case_hold() -> None:
    """Dispatched once, one envoy at a time, places only for those at work, every letter ended, silence kept."""
    case_machine._examples(20260301, case_machine.settings(6, 18))
