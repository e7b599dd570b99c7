"""Deciding as rules: what a person must look at, what they may rule, who signs, and by when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backoffice.claims import review
from backoffice.claims.adjudication import Proposal, Terms, propose
from backoffice.claims.claim import Claim, ClaimId, ClaimStatus, Facts
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.model import Cover, Line, Reason, Used, Verdict
from backoffice.claims.review import Conflict, Flag, Meeting, Ruling
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
PRODUCT = next(p for p in map(products.read, products.sample_sources()) if p.code == "CN-OUTDOOR")


def yuan(whole: str | int) -> Money:
    return Money.of(whole, "CNY")


def claim(id_: str = "c1", **more: Any) -> Claim:
    made: dict[str, Any] = {"facts": Facts(event_on=DAY), "status": ClaimStatus.FILED}
    kind = ClaimKind.DELAY
    return Claim(
        ClaimId(id_), id_.upper(), PersonId("who"), PolicyId("p"), "sample", kind, NOON, "Asia/Shanghai",
        **(made | more),
    )  # fmt: skip


def line(number: str = "1", item: str = "travel_delay", **more: Any) -> Line:
    shown = frozenset(PRODUCT.item(item).papers)  # type: ignore[union-attr]
    made: dict[str, Any] = {"country": "CN", "quantity": 9, "papers": shown}
    return Line(number, item, yuan(0), DAY, DAY, **(made | more))


def proposed(*lines: Line) -> Proposal:
    return propose(Terms(PRODUCT, Cover(DAY, DAY, frozenset()), ()), lines)


def ruled(lines: Sequence[Line], used: Used | None = None, reason: str = "", **sums: Money) -> review.Outcome:
    given = Ruling({name.removeprefix("line"): sum_ for name, sum_ in sums.items()}, reason)
    return review.rule(PRODUCT, lines, proposed(*lines), given, used or Used())


def test_as_proposed_needs_no_words() -> None:
    found = ruled([line()])
    assert (found.status, found.total) == (ClaimStatus.APPROVED, yuan(400))


def test_a_line_left_to_a_person_must_be_decided_by_one() -> None:
    open_ = line(papers=frozenset())
    with pytest.raises(review.Undecided):
        ruled([open_])
    found = ruled([open_], line1=yuan(200))
    assert found.findings[0].reason is Reason.BY_PERSON
    assert found.status is ClaimStatus.APPROVED


@pytest.mark.parametrize("sums", [{"line1": yuan(0)}, {"line1": yuan(200)}, {"line1": yuan(600)}])
def test_another_sum_than_proposed_says_why(sums: dict[str, Money]) -> None:
    with pytest.raises(review.WhyMissing):
        ruled([line()], **sums)
    assert ruled([line()], reason="看过登机牌", **sums).total == sums["line1"]


@pytest.mark.parametrize(
    ("sum_", "used"),
    [(yuan(601), Used()), (yuan(201), Used(sums={"travel_delay": 400_00})), (Money(-1, "CNY"), Used())],
)
def test_nobody_pays_more_than_the_clause_still_holds(sum_: Money, used: Used) -> None:
    with pytest.raises(review.TooMuch):
        ruled([line(papers=frozenset())], used, "x", line1=sum_)


def test_two_lines_of_one_clause_share_its_limit() -> None:
    lines = [line("1", papers=frozenset()), line("2", papers=frozenset())]
    with pytest.raises(review.TooMuch):
        ruled(lines, line1=yuan(400), line2=yuan(400))
    assert ruled(lines, line1=yuan(400), line2=yuan(200)).total == yuan(600)


def test_another_currency_is_no_sum_of_this_policy() -> None:
    with pytest.raises(review.TooMuch):
        ruled([line()], reason="x", line1=Money.of(10, "THB"))


def test_a_part_is_a_part_and_nothing_is_a_refusal() -> None:
    both = [line(), line("2", "documents", papers=frozenset())]
    assert ruled(both, reason="发票不是本人的", line2=yuan(0)).status is ClaimStatus.PARTLY_APPROVED
    assert ruled([line(quantity=3)]).status is ClaimStatus.REFUSED
    assert ruled([line(quantity=99)]).status is ClaimStatus.PARTLY_APPROVED


def test_a_persons_sum_rests_on_the_items_own_clause() -> None:
    """Papers shown another way, a rate found: what left the line open is no reason now; a refusal keeps its own."""
    open_ = line(papers=frozenset())
    assert proposed(open_).findings[0].clause == "2.6"
    assert ruled([open_], line1=yuan(200)).findings[0].clause == "3.7"
    assert ruled([open_], reason="没有证明", line1=yuan(0)).findings[0].clause == "2.6"
    abroad = replace(line("1", "documents"), amount=Money.of(10, "THB"))
    assert proposed(abroad).findings[0].clause == "2.4"
    assert ruled([abroad], reason="没有收据", line1=yuan(0)).findings[0].clause == "3.9"


def test_what_a_person_cut_is_a_part_and_can_be_appealed_against() -> None:
    """Less than the rules proposed, or less than was claimed where they proposed nothing; more is no part."""
    assert ruled([line()], reason="登机牌写着四小时", line1=yuan(200)).status is ClaimStatus.PARTLY_APPROVED
    assert ruled([line()], reason="同情", line1=yuan(600)).status is ClaimStatus.APPROVED
    open_ = replace(line("1", "documents", papers=frozenset()), amount=yuan(300))
    assert ruled([open_], line1=yuan(100)).status is ClaimStatus.PARTLY_APPROVED
    assert ruled([open_], line1=yuan(300)).status is ClaimStatus.APPROVED


def test_who_helps_himself_is_flagged_and_so_are_two_who_meet_too_often() -> None:
    met = [Meeting(PersonId("who"), "李强", 0), Meeting(PersonId("e2"), "陈静", 2)]
    found = review.conflicts(claim(), met, [], [])
    assert found == (Conflict(Flag.SAME_PERSON, ("李强",)), Conflict(Flag.PAIR, ("陈静 × 3",)))
    assert review.conflicts(claim(), [Meeting(PersonId("e2"), "陈静", 1)], [], []) == ()
    assert review.conflicts(claim(), met[1:], [], [PersonId("e2")])[0].flag is Flag.SAME_PERSON


def test_other_claims_are_named_those_of_the_same_day_first() -> None:
    """Drafts and what lies long ago say nothing."""
    others = [claim("same"), claim("near", facts=Facts(event_on=DAY - timedelta(days=9)))]
    others += [claim("draft", status=ClaimStatus.DRAFT), claim("c1")]
    found = review.conflicts(claim(), [], others, [])
    assert found == (Conflict(Flag.SAME_EVENT, ("SAME",)), Conflict(Flag.OTHERS, ("NEAR",)))


@pytest.mark.parametrize("flag", sorted(set(Flag) - {Flag.OTHERS}))
def test_with_a_serious_flag_nothing_is_simple(flag: Flag) -> None:
    good = proposed(line())
    assert review.simple(good, [], ClaimStatus.FILED)
    assert review.simple(good, [Conflict(Flag.OTHERS, ("X",))], ClaimStatus.FILED)
    assert not review.simple(good, [Conflict(flag)], ClaimStatus.FILED)
    assert not review.simple(good, [], ClaimStatus.APPEALED)


def test_two_persons_for_much_and_for_what_may_be_a_fraud_none_for_a_refusal() -> None:
    paid, refused = ruled([line()]), ruled([line(quantity=1)])
    assert not review.two_needed(paid, [], over=False)
    assert review.two_needed(paid, [], over=True)
    assert review.two_needed(paid, [Conflict(Flag.PICTURE, ("X",))], over=False)
    assert not review.two_needed(refused, [Conflict(Flag.SAME_PERSON)], over=True)


@pytest.mark.parametrize(
    ("filed", "zone", "ends"),
    [
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "Asia/Shanghai", datetime(2026, 3, 1, 16, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "Asia/Shanghai", datetime(2026, 3, 2, 16, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "America/New_York", datetime(2026, 3, 2, 5, 0, tzinfo=UTC)),
    ],
)
def test_the_same_day_is_the_claimants(filed: datetime, zone: str, ends: datetime) -> None:
    """Also on the day the clocks change."""
    assert review.same_day(filed, zone) == ends
    assert filed < review.warn_at(filed, zone) < ends


def test_a_ruling_never_changes_a_finding_that_was_not_ruled_on() -> None:
    both = [line(), line("2", "documents", papers=frozenset())]
    found = ruled(both, line2=yuan(100))
    assert found.findings[0] == proposed(*both).findings[0]
    assert found.findings[1].verdict is Verdict.COVERED
