"""Claims with their lines, papers, decisions and timeline, inside a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.claims import evidence
from backoffice.claims.claim import Claim, ClaimId, Decision, Happened
from backoffice.claims.evidence import Paper, PaperId, PaperState, Print
from backoffice.claims.model import Line
from backoffice.insurance.model import PolicyId
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, PersonId
from storage import claim_row
from storage.claim_row import context, subject
from storage.claim_tables import claim, claim_decision, claim_event, claim_line, claim_paper, claim_print
from storage.conflict import insert_or_ignore
from storage.rows import Rows
from storage.vault import Sealer, Vault, opened

BANDS = 4
CANDIDATES = 200
"""So many newest pictures that look alike in some part are compared as a whole."""

_OF: sa.BindParameter[str] = sa.bindparam("of")
_GET = sa.select(claim).where(claim.c.id == _OF).with_for_update()
_BY_REF = sa.select(claim).where(claim.c.ref == _OF)
_MINE = sa.select(claim).where(claim.c.person == _OF).order_by(claim.c.created_at, claim.c.id)
_OF_POLICY = sa.select(claim).where(claim.c.policy == _OF).order_by(claim.c.created_at, claim.c.id)
_OF_CASE = sa.select(claim).where(claim.c.case == _OF).order_by(claim.c.created_at, claim.c.id)
_SAVE = sa.update(claim).where(claim.c.id == sa.bindparam("row"), claim.c.version == sa.bindparam("was"))
_LINES = sa.select(claim_line).where(claim_line.c.claim == _OF).order_by(claim_line.c.seq)
_DROP_LINES = sa.delete(claim_line).where(claim_line.c.claim == _OF)
_PAPERS = (
    sa.select(claim_paper)
    .where(claim_paper.c.claim == _OF)
    .order_by(claim_paper.c.added_at, claim_paper.c.id)
)
_PAPER = sa.select(claim_paper).where(claim_paper.c.id == _OF).with_for_update()
_SAVE_PAPER = sa.update(claim_paper).where(
    claim_paper.c.id == sa.bindparam("row"), claim_paper.c.version == sa.bindparam("was")
)
_PUT_PRINT = insert_or_ignore(claim_print, [claim_print.c.paper, claim_print.c.value])
_ALIKE = (
    sa.select(claim_paper, claim.c.ref)
    .join(claim, claim.c.id == claim_paper.c.claim)
    .where(
        claim_paper.c.id.in_(
            sa.select(claim_print.c.paper).where(
                claim_print.c.value.in_(sa.bindparam("values", expanding=True))
            )
        ),
        claim_paper.c.id != _OF,
        claim_paper.c.state != PaperState.DROPPED,
    )
    .order_by(claim_paper.c.added_at.desc())
    .limit(CANDIDATES)
)
_DECISIONS = sa.select(claim_decision).where(claim_decision.c.claim == _OF).order_by(claim_decision.c.number)
_EVENTS = sa.select(claim_event).where(claim_event.c.claim == _OF).order_by(claim_event.c.seq)


class ClaimRows(Rows):
    """`ports.claims.Claims`. One object per row and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._known: dict[str, Claim] = {}
        self._papers: dict[str, Paper] = {}

    async def add(self, new: Claim) -> None:
        sealer = await self._vault.create(self._conn, subject(new.id))
        values = {**claim_row.write(new, sealer), "id": new.id, "version": new.version}
        await self._write(sa.insert(claim), values)
        self._known[new.id] = new

    async def get(self, claim: ClaimId) -> Claim:
        if claim in self._known:
            return self._known[claim]
        row = await self._first(_GET, {"of": claim})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def by_ref(self, ref: str) -> Claim | None:
        row = await self._first(_BY_REF, {"of": ref})
        return await self._read(row) if row else None

    async def save(self, claim: Claim) -> None:
        values = {**claim_row.write(claim, await self._sealer(claim.id)), "version": claim.version + 1}
        await self._change(_SAVE, {**values, "row": claim.id, "was": claim.version})
        claim.version += 1

    async def of_person(self, person: PersonId) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_MINE, {"of": person})]

    async def of_policy(self, policy: PolicyId) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_OF_POLICY, {"of": policy})]

    async def of_case(self, case: CaseId) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_OF_CASE, {"of": case})]

    async def lines(self, claim: ClaimId) -> Sequence[Line]:
        sealer = await self._vault.find(self._conn, subject(claim))
        rows = await self._all(_LINES, {"of": claim})
        found = [opened(sealer, context("claim_line", f"{claim}:{row.seq}"), row.private) for row in rows]
        return [claim_row.read_line(one) for one in found if one]

    async def put_lines(self, claim: ClaimId, lines: Sequence[Line]) -> None:
        sealer = await self._sealer(claim)
        await self._write(_DROP_LINES, {"of": claim})
        rows = [
            {
                "claim": claim,
                "seq": seq,
                "private": sealer.seal(context("claim_line", f"{claim}:{seq}"), claim_row.write_line(line)),
            }
            for seq, line in enumerate(lines, 1)
        ]
        if rows:
            await self._write(sa.insert(claim_line), rows)

    async def add_paper(self, paper: Paper) -> None:
        sealer = await self._sealer(paper.claim)
        values = {**claim_row.write_paper(paper, sealer), "id": paper.id, "version": paper.version}
        await self._write(sa.insert(claim_paper), {**values, "tries": 0})
        await self._put_print(paper)
        self._papers[paper.id] = paper

    async def paper(self, paper: PaperId) -> Paper:
        if paper in self._papers:
            return self._papers[paper]
        row = await self._first(_PAPER, {"of": paper})
        if row is None:
            raise errors.NotFound
        return await self._read_paper(row)

    async def save_paper(self, paper: Paper) -> None:
        sealer = await self._sealer(paper.claim)
        values = {**claim_row.write_paper(paper, sealer), "version": paper.version + 1}
        await self._change(_SAVE_PAPER, {**values, "row": paper.id, "was": paper.version})
        await self._put_print(paper)
        paper.version += 1

    async def papers(self, claim: ClaimId) -> Sequence[Paper]:
        return [await self._read_paper(row) for row in await self._all(_PAPERS, {"of": claim})]

    async def twins(self, paper: PaperId, seen: Print) -> Sequence[tuple[str, Paper]]:
        values = {"values": self._tokens(seen), "of": paper}
        found = []
        for row in await self._all(_ALIKE, values):
            other = await self._read_paper(row)
            if other.print is not None and evidence.near(seen, other.print):
                found.append((str(row.ref), other))
        return found

    async def add_decision(self, decision: Decision) -> None:
        sealer = await self._sealer(decision.claim)
        await self._write(sa.insert(claim_decision), claim_row.write_decision(decision, sealer))

    async def decisions(self, claim: ClaimId) -> Sequence[Decision]:
        sealer = await self._vault.find(self._conn, subject(claim))
        return [claim_row.read_decision(row, sealer) for row in await self._all(_DECISIONS, {"of": claim})]

    async def add_event(self, event: Happened) -> None:
        names = ("claim", "at", "actor", "what", "params")
        await self._write(sa.insert(claim_event), {name: getattr(event, name) for name in names})

    async def events(self, claim: ClaimId) -> Sequence[Happened]:
        rows = await self._all(_EVENTS, {"of": claim})
        return [Happened(r.claim, r.at, r.actor, r.what, r.params) for r in rows]

    async def _sealer(self, claim: str) -> Sealer:
        return await self._vault.key(self._conn, subject(claim))

    async def _read(self, row: Any) -> Claim:
        known = self._known.get(row.id)
        if known is None:
            sealer = await self._vault.find(self._conn, subject(row.id))
            self._known[row.id] = known = claim_row.read(row, sealer)
        return known

    async def _read_paper(self, row: Any) -> Paper:
        known = self._papers.get(row.id)
        if known is None:
            sealer = await self._vault.find(self._conn, subject(row.claim))
            self._papers[row.id] = known = claim_row.read_paper(row, sealer)
        return known

    async def _put_print(self, paper: Paper) -> None:
        if paper.print is None:
            return
        rows = [{"paper": paper.id, "value": value} for value in self._tokens(paper.print)]
        await self._conn.execute(_PUT_PRINT.on(self._conn), rows)

    def _tokens(self, seen: Print) -> list[str]:
        return sorted({self._vault.token("claim_print", value) for value in parts(seen)})


def parts(seen: Print) -> list[str]:
    """What two nearly equal pictures share at least one of: the file, or every fourth bit of the small print."""
    found = [f"x{seen.exact}"]
    if seen.small:
        bits = f"{int(seen.small, 16):064b}"
        found += [f"{band}:{bits[band::BANDS]}" for band in range(BANDS)]
    return found
