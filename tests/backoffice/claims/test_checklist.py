"""What a claim asks for by its kind and its policy, what is still missing, and the lines made of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice.claims import adjudication, checklist, evidence, kinds, reminders
from backoffice.claims.claim import CLAIM_MOVES, Claim, ClaimId, ClaimStatus, Facts
from backoffice.claims.evidence import From, Paper, PaperId, PaperState
from backoffice.claims.kinds import ClaimKind, Fact
from backoffice.claims.model import Cover, Used, Verdict
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId
from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.money import Money

DOMESTIC, WORLD = products.samples()
DAY = date(2026, 5, 3)
AT = datetime(2026, 5, 3, 8, tzinfo=UTC)
FEE = Money.of("320", "CNY")


def claim(kind: ClaimKind, **told: object) -> Claim:
    facts = Facts(**told)  # type: ignore[arg-type]
    return Claim(
        ClaimId("c"), "QX7K2", PersonId("p"), PolicyId("p1"), "sample", kind, AT, "Asia/Bangkok", facts=facts
    )


def paper(name: str, state: PaperState = PaperState.READABLE, number: int = 1) -> Paper:
    id_ = f"{name}-{number}"
    return Paper(PaperId(id_), ClaimId("c"), name, MediaId(id_), From.SENT, AT, state=state)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (ClaimKind.HOSPITAL, ["report", "invoice", "itemised", "record", "discharge"]),
        (ClaimKind.OUTPATIENT, ["report", "invoice", "itemised", "record"]),
        (ClaimKind.DENTAL, ["invoice", "record"]),
        (ClaimKind.DELAY, ["delay_proof", "ticket"]),
        (ClaimKind.BAGGAGE_DELAY, ["delay_proof", "ticket"]),
        (ClaimKind.BAGGAGE, ["police_report", "purchase_proof"]),
        (ClaimKind.THEFT, ["police_report", "purchase_proof"]),
        (ClaimKind.DOCUMENTS, ["invoice", "police_report"]),
        (ClaimKind.RESCUE, ["report", "invoice"]),
        (ClaimKind.ENVOY, ["envoy_receipt"]),
        (ClaimKind.REPATRIATION, ["invoice", "record"]),
        (ClaimKind.CANCELLATION, ["cancellation_proof", "invoice"]),
    ],
)
def test_each_kind_asks_for_the_papers_of_its_clause_and_no_others(
    kind: ClaimKind, wanted: list[str]
) -> None:
    assert checklist.papers(claim(kind), WORLD) == wanted


def test_every_kind_is_offered_only_where_the_product_pays_for_it() -> None:
    """The domestic product has no baggage delay, no cancellation and no liability."""
    missing = set(kinds.offered(WORLD)) - set(kinds.offered(DOMESTIC))
    assert missing == {ClaimKind.BAGGAGE_DELAY, ClaimKind.CANCELLATION, ClaimKind.LIABILITY}
    assert set(kinds.offered(WORLD)) == set(ClaimKind)


def test_a_product_for_one_country_does_not_ask_for_the_country() -> None:
    assert checklist.facts(claim(ClaimKind.DELAY), DOMESTIC) == [Fact.EVENT, Fact.HOURS]
    assert checklist.facts(claim(ClaimKind.DELAY), WORLD) == [Fact.EVENT, Fact.COUNTRY, Fact.HOURS]


def test_a_delay_is_whole_with_its_two_papers_and_paid_by_its_hours() -> None:
    """Clause 3.7: CNY 300 for each full five hours; eleven hours are two."""
    told = claim(ClaimKind.DELAY, event_on=DAY, country="TH", hours=11)
    have = [paper("delay_proof"), paper("ticket")]
    assert checklist.whole(told, WORLD, have)
    terms = adjudication.Terms(WORLD, Cover(DAY, DAY), ())
    found = adjudication.propose(terms, checklist.lines(told, WORLD, have))
    assert (found.total, found.simple) == (Money.of("600", "CNY"), True)


def test_a_paper_that_waits_to_be_seen_is_not_asked_for_again_and_does_not_make_it_whole() -> None:
    told = claim(ClaimKind.DELAY, event_on=DAY, country="TH", hours=11)
    have = [paper("delay_proof"), paper("ticket", PaperState.WAITING)]
    assert checklist.unshown(told, WORLD, have) == []
    assert not checklist.whole(told, WORLD, have)


def test_the_second_poor_photo_of_a_paper_counts_and_goes_to_a_person() -> None:
    poor = paper("ticket", PaperState.POOR)
    again = paper("ticket", PaperState.POOR, 2)
    assert checklist.unshown(claim(ClaimKind.DELAY), WORLD, [paper("delay_proof"), poor]) == ["ticket"]
    assert checklist.unshown(claim(ClaimKind.DELAY), WORLD, [paper("delay_proof"), poor, again]) == []
    assert evidence.for_a_person([poor, again]) == ["poor_photo"]


def test_a_rescue_with_an_envoy_has_two_lines_and_one_more_paper() -> None:
    """The fee comes from the case; the rescue's cost is what was told."""
    told = claim(
        ClaimKind.RESCUE, event_on=DAY, country="TH", sport="", told="摔伤", amount=FEE * 10,
        others=FEE * 0, envoy_fee=FEE,
    )  # fmt: skip
    assert checklist.papers(told, WORLD) == ["report", "invoice", "envoy_receipt"]
    have = [paper(name) for name in checklist.papers(told, WORLD)]
    lines = checklist.lines(told, WORLD, have)
    assert [(line.item, line.amount) for line in lines] == [("rescue", FEE * 10), ("envoy", FEE)]
    terms = adjudication.Terms(WORLD, Cover(DAY, DAY), ())
    assert adjudication.propose(terms, lines).total == FEE * 11


def test_no_cost_besides_the_envoy_asks_for_the_envoys_paper_alone() -> None:
    told = claim(ClaimKind.RESCUE, amount=FEE * 0, envoy_fee=FEE)
    assert checklist.papers(told, WORLD) == ["envoy_receipt"]


def test_no_day_in_hospital_is_no_claim_for_hospital_cash() -> None:
    assert "discharge" not in checklist.papers(claim(ClaimKind.HOSPITAL, days=0), WORLD)


def test_what_others_paid_is_taken_off_the_bill_and_never_off_the_envoys_fee() -> None:
    told = claim(ClaimKind.RESCUE, event_on=DAY, country="TH", amount=FEE * 10, others=FEE * 4, envoy_fee=FEE)
    assert [line.paid_by_others for line in checklist.lines(told, WORLD, [])] == [FEE * 4, None]


def test_a_missing_paper_leaves_its_line_to_a_person() -> None:
    told = claim(ClaimKind.DELAY, event_on=DAY, country="TH", hours=11)
    terms = adjudication.Terms(WORLD, Cover(DAY, DAY), ())
    (line,) = checklist.lines(told, WORLD, [paper("ticket")])
    finding, _ = adjudication.judge(terms, line, Used())
    assert (finding.verdict, finding.missing) == (Verdict.PERSON, ("delay_proof",))


ALLOWED = {(before, after) for before, afters in CLAIM_MOVES.items() for after in afters}


@pytest.mark.parametrize("before", list(ClaimStatus))
@pytest.mark.parametrize("after", list(ClaimStatus))
def test_a_claim_moves_only_by_its_table(before: ClaimStatus, after: ClaimStatus) -> None:
    made = replace(claim(ClaimKind.DELAY), status=before)
    if (before, after) in ALLOWED:
        made.move(after)
        assert made.status is after
    else:
        with pytest.raises(IllegalMove):
            made.move(after)


def test_nothing_is_paid_that_was_not_approved_and_nothing_leaves_closed() -> None:
    into_paid = {before for before, after in ALLOWED if after is ClaimStatus.PAID}
    assert into_paid == {ClaimStatus.APPROVED, ClaimStatus.PARTLY_APPROVED}
    assert ClaimStatus.CLOSED not in CLAIM_MOVES
    into_appeal = {before for before, after in ALLOWED if after is ClaimStatus.APPEALED}
    assert into_appeal == {ClaimStatus.REFUSED, ClaimStatus.PARTLY_APPROVED, ClaimStatus.PAID}


def test_reminders_come_at_ten_in_the_morning_of_the_claimants_place_with_growing_pauses() -> None:
    """17:00 UTC is midnight in Bangkok: the day counts from there."""
    since, zone = datetime(2026, 5, 3, 17, tzinfo=UTC), "Asia/Bangkok"
    found = [reminders.due(since, n, zone) for n in range(6)]
    ten = datetime(2026, 5, 4, 3, tzinfo=UTC)
    assert found == [*(ten + timedelta(days=days) for days in (1, 3, 7, 14, 30)), None]
