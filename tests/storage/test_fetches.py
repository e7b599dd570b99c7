"""Files to fetch: taken by one worker at a time, and what one of them has brought is never lost again."""

from datetime import timedelta

import pytest

from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind
from storage.engine import Database
from storage.fetches import LEASE, Fetches, FetchState
from storage.unit_of_work import SqlStore
from tests.clocks import START

PHOTO = MediaId("m1")


@pytest.fixture
async def fetches(database: Database, store: SqlStore) -> Fetches:
    """With one photo to fetch."""
    async with store.begin(START) as uow:
        await uow.media.expect(Media(PHOTO, MediaKind.PHOTO, "p.jpg", "image/jpeg", 4), None, "telegram", "h")
        await uow.commit()
    return Fetches(database)


async def state(fetches: Fetches) -> FetchState:
    found = await fetches.get(PHOTO)
    assert found is not None
    return found.state


async def test_one_worker_at_a_time_until_its_lease_ends(fetches: Fetches) -> None:
    assert [f.attempts for f in await fetches.claim(START, 5)] == [1]
    assert await fetches.claim(START + LEASE - timedelta(seconds=1), 5) == []
    assert [f.attempts for f in await fetches.claim(START + LEASE, 5)] == [2]


@pytest.mark.parametrize("late", ["failed", "again"])
async def test_a_slow_workers_failure_takes_nothing_from_what_another_has_brought(
    fetches: Fetches, late: str
) -> None:
    """The first was so slow that its lease ended; the second had the file in the store before the first gave up."""
    await fetches.claim(START, 5)
    await fetches.claim(START + LEASE, 5)
    await fetches.ready(PHOTO)
    if late == "failed":
        await fetches.failed(PHOTO, "gone")
    else:
        await fetches.again(PHOTO, "timeout", START + LEASE)
    assert await state(fetches) is FetchState.READY
    assert await fetches.claim(START + 9 * LEASE, 5) == []


async def test_what_failed_and_came_after_all_is_there(fetches: Fetches) -> None:
    await fetches.claim(START, 5)
    await fetches.claim(START + LEASE, 5)
    await fetches.failed(PHOTO, "gone")
    await fetches.ready(PHOTO)
    assert await state(fetches) is FetchState.READY
