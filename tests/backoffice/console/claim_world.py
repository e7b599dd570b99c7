"""Claims on an ordinary evening: simple ones that may be paid today, one that is odd, one that was paid."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from backoffice.claims.claim import Claim, ClaimId, Facts
from backoffice.claims.evidence import From, Paper, PaperId, PaperState, Print
from backoffice.claims.kinds import ClaimKind
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Insured, Policy, PolicyStatus, Source
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, MediaId, PersonId
from backoffice.kernel.money import Money
from backoffice.workflows import claims
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening, photo

NAMES = ("赵一", "钱二", "孙三", "李四", "周五", "吴六", "郑七", "王八", "冯九", "陈十", "褚十一", "卫十二")


@dataclass
class Claims:
    """By their insured's name."""

    by_name: dict[str, Claim] = field(default_factory=dict)


async def opened(e: Evening, simple: int = 1, insurer: str = "ACME", **facts: int) -> Claims:
    """`simple` claims for nine hours of delay, each of another person, with two photos."""

    async def prepare(w: Work) -> None:
        for source in products.sample_sources():
            await w.uow.products.put(source)

    await e.act(prepare)
    made = Claims()
    for number in range(simple):
        made.by_name[NAMES[number]] = await one(e, number, Facts(hours=facts.get("hours", 9)), insurer)
    return made


async def one(e: Evening, number: int, told: Facts, insurer: str, kind: ClaimKind = ClaimKind.DELAY) -> Claim:
    """A claim of its own person, whole."""
    person = await e.person(NAMES[number], Address("telegram", f"88{number:02d}"))
    today = e.clock.now().date()
    view = MediaId(f"view-{number}")

    async def step(w: Work) -> Claim:
        policy = _policy(number, PersonId(person.id), insurer, w.now)
        await w.uow.policies.add(policy)
        claim = Claim(
            ClaimId(f"cl-{number}"), f"QX{number:02d}AB", person.id, policy.id, insurer, kind, w.now,
            "Asia/Shanghai", facts=replace(told, event_on=today), agreed_at=w.now, touched_at=w.now,
        )  # fmt: skip
        await w.uow.claims.add(claim)
        for name in ("delay_proof", "ticket", "invoice", "report", "envoy_receipt"):
            await w.uow.claims.add_paper(_paper(number, name, claim, view))
        assert await claims.file(w, claim)
        return claim

    kept: list[Claim] = []

    async def act(w: Work) -> None:
        kept.append(await step(w))

    await e.act(act)
    await e.media.put(CaseId(f"cl-{number}"), view, photo(), person.id)
    return kept[0]


def _policy(number: int, person: PersonId, insurer: str, now: datetime) -> Policy:
    today = now.date()
    return Policy(
        PolicyId(f"pol-{number}"), insurer, "CN-OUTDOOR", 1, today - timedelta(days=2), today + timedelta(days=5),
        Source.BOUGHT, now, Money.of(42, "CNY"), person,
        [Insured(NAMES[number], "110101199003074610", date(1990, 3, 7), None, person)], ("CN",), ("hiking",),
        PolicyStatus.CONFIRMED, number=f"PN2026{number:04d}",
    )  # fmt: skip


def _paper(number: int, name: str, claim: Claim, view: MediaId) -> Paper:
    """The first is drawn, the rest only hashed."""
    drawn = view if name == "ticket" else None
    return Paper(
        PaperId(f"pa-{number}-{name}"), claim.id, name, MediaId(f"m-{number}-{name}"), From.SENT, claim.created_at,
        claim.created_at, state=PaperState.READABLE, mime="image/jpeg", bytes=9, pages=1, view=drawn,
        print=Print(f"{number:02d}{len(name):02d}" * 16),
    )  # fmt: skip
