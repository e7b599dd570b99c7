"""What is kept of a claim comes back as it was, sealed; the same picture is found in every other claim."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.claims.claim import Claim, ClaimId, ClaimStatus, Decision, Facts, Happened
from backoffice.claims.evidence import From, Paper, PaperId, PaperState, Print
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.model import Finding, Line, Reason, Step, Verdict
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Policy, Source
from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.money import Money
from storage.claim_tables import claim, claim_paper
from storage.engine import Database
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from tests.clocks import START
from tests.storage import samples

WHO = PersonId("who")
DAY = date(2026, 5, 3)
YUAN = Money.of("128.50", "CNY")
SEEN = Print("ab" * 32, "0123456789abcdef", "f0" * 32)


async def filed(uow: SqlUnitOfWork, id_: str = "cl1", ref: str = "QX7K2", **more: Any) -> Claim:
    """A claim with its person and policy."""
    if id_ == "cl1":
        for source in products.sample_sources():
            await uow.products.put(source)
        await uow.people.add(samples.person(id=WHO), samples.WECHAT)
        ends = DAY + timedelta(days=9)
        policy = Policy(PolicyId("p1"), "sample", "WORLD", 1, DAY, ends, Source.BOUGHT, START, YUAN, WHO)
        await uow.policies.add(policy)
    facts = Facts(event_on=DAY, country="TH", sport="", amount=YUAN, articles=(YUAN,), hours=7, told="改签了")
    made = Claim(
        ClaimId(id_), ref, WHO, PolicyId("p1"), "sample", ClaimKind.DELAY, START, "Asia/Bangkok",
        facts=facts, touched_at=START, notes={"offered": ["envoy_receipt"]}, **more,
    )  # fmt: skip
    await uow.claims.add(made)
    return made


def paper(id_: str, claim_id: str = "cl1", seen: Print | None = SEEN) -> Paper:
    media = MediaId(f"m-{id_}")
    return Paper(PaperId(id_), ClaimId(claim_id), "ticket", media, From.SENT, START, START, print=seen)


async def test_a_claim_comes_back_as_it_was_told(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        made = await filed(uow)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.claims.get(made.id) == made
        assert await uow.claims.by_ref("QX7K2") == made
        assert await uow.claims.of_person(made.person) == await uow.claims.of_policy(made.policy) == [made]


async def test_nothing_that_was_told_lies_open(store: SqlStore, database: Database) -> None:
    async with store.begin(START) as uow:
        await filed(uow)
        await uow.claims.add_paper(paper("a"))
        await uow.commit()
    async with database.reading() as conn:
        rows = [
            *(await conn.execute(sa.select(claim))).all(),
            *(await conn.execute(sa.select(claim_paper))).all(),
        ]
    plain = repr(rows)
    assert [told for told in ("改签", str("改签".encode())[2:-1], SEEN.exact, "12850") if told in plain] == []


async def test_two_who_change_a_claim_at_once_do_not_overwrite_each_other(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        made = await filed(uow)
        await uow.commit()
    async with store.begin(START) as uow:
        mine = await uow.claims.get(made.id)
        mine.move(ClaimStatus.FILED)
        await uow.claims.save(mine)
        await uow.commit()
    async with store.begin(START) as uow:
        made.move(ClaimStatus.CLOSED)
        with pytest.raises(errors.Stale):
            await uow.claims.save(made)


async def test_lines_decisions_and_events_come_back(store: SqlStore) -> None:
    line = Line("1", "baggage", YUAN, DAY, DAY, country="TH", papers=frozenset({"ticket"}), articles=(YUAN,))
    finding = Finding(
        "1", Verdict.COVERED, Reason.LIMITED, "3.7", YUAN, steps=(Step("limit", YUAN),), missing=("a",)
    )
    decision = Decision(ClaimId("cl1"), 1, START, "op1", ClaimStatus.APPROVED, YUAN, (finding,), "按条款")
    happened = Happened(ClaimId("cl1"), START, "person", "claim.filed", {"lines": 1})
    async with store.begin(START) as uow:
        await filed(uow)
        await uow.claims.put_lines(ClaimId("cl1"), [line, line])
        await uow.claims.put_lines(ClaimId("cl1"), [line])
        await uow.claims.add_decision(decision)
        await uow.claims.add_event(happened)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.claims.lines(ClaimId("cl1")) == [line]
        assert await uow.claims.decisions(ClaimId("cl1")) == [decision]
        assert await uow.claims.events(ClaimId("cl1")) == [happened]


async def test_the_same_picture_is_found_in_another_claim(store: SqlStore) -> None:
    """The same bytes, or a picture that differs in a few bits; not one that differs in many."""
    nearly = Print("cd" * 32, "0123456789abcdee", "f0" * 31 + "f1")
    other = Print("ef" * 32, "fedcba9876543210", "0f" * 32)
    async with store.begin(START) as uow:
        await filed(uow)
        await filed(uow, "cl2", "QX7K3")
        await uow.claims.add_paper(paper("a"))
        await uow.commit()
    async with store.begin(START) as uow:
        exact = await uow.claims.twins(PaperId("b"), SEEN)
        assert [(ref, found.id) for ref, found in exact] == [("QX7K2", "a")]
        assert [ref for ref, _ in await uow.claims.twins(PaperId("b"), nearly)] == ["QX7K2"]
        assert await uow.claims.twins(PaperId("b"), other) == []


async def test_a_paper_moves_once_it_was_looked_at(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await filed(uow)
        await uow.claims.add_paper(paper("a", seen=None))
        found = await uow.claims.paper(PaperId("a"))
        found.move(PaperState.READABLE)
        found.print, found.twins, found.view = SEEN, ("QX7K3",), MediaId("view")
        await uow.claims.save_paper(found)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.claims.papers(ClaimId("cl1")) == [found]
