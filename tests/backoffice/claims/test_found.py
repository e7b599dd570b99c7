"""What a reviewer found out, over the sample products' clauses: the rules run again on it, what was told stays."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from backoffice.claims import adjudication, checklist, found
from backoffice.claims.adjudication import Terms
from backoffice.claims.claim import Claim, ClaimId, Facts
from backoffice.claims.evidence import From, Paper, PaperId, PaperState
from backoffice.claims.found import Found, Standing
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.model import Cover, Reason, Verdict
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId, Product
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.money import Money

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)


def product(code: str) -> Product:
    return next(p for p in map(products.read, products.sample_sources()) if p.code == code)


def claim(kind: ClaimKind, **facts: object) -> Claim:
    told = replace(Facts(event_on=DAY, country="TH"), **facts)
    return Claim(
        ClaimId("c"), "QX", PersonId("p"), PolicyId("pol"), "sample", kind, NOW, "Asia/Shanghai", facts=told
    )


def judged(what: Claim, entered: Found, code: str = "WORLD") -> adjudication.Proposal:
    """With every paper shown."""
    terms = product(code)
    papers = [
        Paper(PaperId(n), what.id, n, MediaId(n), From.SENT, NOW, state=PaperState.READABLE)
        for n in terms.papers
    ]
    corrected = replace(what, facts=entered.over(what.facts))
    lines = [entered.on(line) for line in checklist.lines(corrected, terms, papers)]
    cover = Cover(DAY, DAY, frozenset(terms.sports))
    return adjudication.propose(Terms(terms, cover, ()), lines)


@pytest.mark.parametrize(
    ("standing", "verdict", "reason", "clause"),
    [
        (Standing.NO, Verdict.COVERED, Reason.PAID, "3.1"),
        (Standing.SUSPECTED, Verdict.PERSON, Reason.DOUBT, "4.2"),
        (Standing.ESTABLISHED, Verdict.NOT_COVERED, Reason.EXCLUDED, "4.2"),
    ],
)
def test_a_circumstance_leaves_its_lines_to_a_person_or_excludes_them(
    standing: Standing, verdict: Verdict, reason: Reason, clause: str
) -> None:
    hurt = claim(ClaimKind.OUTPATIENT, sport="", amount=Money.of(1500, "CNY"), others=Money.of(0, "CNY"))
    (finding,) = judged(hurt, Found({"alcohol": standing})).findings
    assert (finding.verdict, finding.reason, finding.clause) == (verdict, reason, clause)


@pytest.mark.parametrize(
    ("told", "entered", "pays"),
    [
        ({"hours": 11}, Found(), 600),
        ({"hours": 11}, Found(hours=9), 300),
        ({"hours": 3}, Found(hours=5), 300),
        ({"hours": 11}, Found(event_on=date(2026, 2, 27)), 0),
        ({"hours": 11}, Found(country="SY"), 0),
    ],
)
def test_facts_that_were_told_wrong_are_judged_as_they_were(
    told: dict[str, int], entered: Found, pays: int
) -> None:
    """CNY 300 for each full five hours (clause 3.7); another day or a country outside pays nothing."""
    late = claim(ClaimKind.DELAY, **told)
    assert judged(late, entered).total == Money.of(pays, "CNY")
    assert late.facts.hours == told["hours"]


def test_only_exclusions_that_concern_the_lines_are_asked() -> None:
    terms, bag = product("WORLD"), claim(ClaimKind.BAGGAGE, amount=Money.of(100, "CNY"))
    asked = {e.when for e in found.asked(terms, checklist.lines(bag, terms, []))}
    assert {"unattended", "cash", "alcohol"} <= asked
    assert not asked & {"pre_existing", "elective"}


@pytest.mark.parametrize(
    "entered", [Found({"boredom": Standing.SUSPECTED}), Found(sport="base_jumping_at_night")]
)
def test_what_no_clause_asks_is_not_kept(entered: Found) -> None:
    with pytest.raises(found.NotAsked):
        entered.check(product("WORLD"))


@pytest.mark.parametrize(
    "entered",
    [Found(), Found({"alcohol": Standing.ESTABLISHED}, DAY, "TH", "", 4, 0), Found(sport="hiking", days=3)],
)
def test_what_is_kept_reads_back(entered: Found) -> None:
    assert found.read(found.write(entered)) == entered
