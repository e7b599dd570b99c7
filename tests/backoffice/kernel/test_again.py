"""What is stale is done again, twice at most; everything else is told at once."""

import pytest

from backoffice.kernel import again
from backoffice.kernel.errors import Refusal, Stale


class Action:
    """Fails so often, then is done."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.tries = failures, error, 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.tries <= self.failures:
            raise self.error
        return "done"


@pytest.mark.parametrize("failures", [0, 1, 2])
async def test_stale_is_done_again(failures: int) -> None:
    action = Action(failures, Stale("somebody was first"))
    assert await again.when_stale(action) == "done"
    assert action.tries == failures + 1


async def test_what_stays_stale_is_told() -> None:
    action = Action(9, Stale("somebody was first"))
    with pytest.raises(Stale):
        await again.when_stale(action)
    assert action.tries == 1 + again.RETRIES


async def test_a_refusal_is_no_reason_to_try_again() -> None:
    action = Action(1, Refusal("job.over"))
    with pytest.raises(Refusal):
        await again.when_stale(action)
    assert action.tries == 1
