"""Files of claims that never come, or that end whatever opens them: said in words and never tried for ever."""

from dataclasses import replace

from backoffice.claims.evidence import PaperState
from backoffice.clockwork.claim_papers import MOST_TRIES, Bench, PaperRunner
from backoffice.ports.claims import Look
from storage.claim_queue import PaperQueue
from storage.fetches import FetchState
from tests.backoffice.adapters import receipts
from tests.decoding import InProcess
from tests.house import House, texts
from tests.journeys.money_stories import later
from tests.journeys.test_claims import claim_of, covered, papers_of, receipt, said


class Dying(InProcess):
    """A reader that falls over its first file each time."""

    def __init__(self) -> None:
        self.asked = 0

    async def look(self, body: bytes) -> Look:
        self.asked += 1
        raise RuntimeError("gone")


def runner(desk: House, decoder: InProcess) -> PaperRunner:
    core = desk.core
    queue = PaperQueue(core.database)
    return PaperRunner(Bench(core.store, queue, core.locks, core.media, decoder, core.world, core.clock))


async def test_a_file_that_ends_its_reader_is_given_up_and_said(desk: House) -> None:
    """Counted before it is looked at: no death of ours makes it a loop."""
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    dying = Dying()
    desk.service.parts = replace(desk.service.parts, claim_papers=runner(desk, dying))
    await phone.upload("photo", receipts.jpeg(receipt(1)), "a.jpg", "image/jpeg")
    for _ in range(MOST_TRIES + 2):
        await later(desk, 1)
    assert dying.asked == MOST_TRIES
    (paper,) = await papers_of(desk, await claim_of(desk, phone))
    assert (paper.state, paper.fault) == (PaperState.UNFIT, "slow")
    assert "too complex" in (await texts(phone))[-1]


async def test_a_file_the_platform_no_longer_has_is_asked_for_again(desk: House) -> None:
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    gone = {"code": 400, "description": "Bad Request: file is temporarily unavailable"}
    await desk.phones.fault("error", method="getFile", params=gone)
    await phone.upload("photo", receipts.jpeg(receipt(1)), "a.jpg", "image/jpeg")
    await later(desk, 2, 2, 4, 8)
    (paper,) = await papers_of(desk, await claim_of(desk, phone))
    found = await desk.core.fetches.get(paper.media)
    assert found is not None
    assert found.state is FetchState.FAILED
    assert paper.state is PaperState.LOST
    assert "could not be fetched" in (await texts(phone))[-1]
