"""The picture that came with a message of the general queue."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.ports import Operator
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy


@pytest.fixture
async def lin(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit((await busy(evening)).lin)
    return visitor


async def _trail(evening: Evening) -> list[tuple[str, str]]:
    async with evening.database.reading() as conn:
        rows = (await conn.exec_driver_sql("SELECT action, object FROM audit")).all()
    return [(row[0], row[1]) for row in rows]


async def test_the_queue_shows_the_picture_and_the_look_at_it_is_in_the_trail(
    lin: Visitor, evening: Evening
) -> None:
    """Drawn anew like every photo; as a file it is a download."""
    board = await (await lin.get("/console/")).text()
    assert '<img src="/console/queue/1/media?as=photo"' in board
    assert "/console/queue/2/media" not in board
    shown = await lin.get("/console/queue/1/media?as=photo")
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (await lin.get("/console/queue/2/media")).status == 404
    assert "attachment" in (await lin.get("/console/queue/1/media")).headers["Content-Disposition"]
    assert ("media.view", "media:m-street") in await _trail(evening)


async def test_a_message_that_is_done_with_shows_its_picture_no_longer(lin: Visitor) -> None:
    """Outside the queue nobody has a reason to look."""
    assert (await lin.post("/console/queue/1/done")).status in (200, 303)
    assert (await lin.get("/console/queue/1/media?as=photo")).status == 404
