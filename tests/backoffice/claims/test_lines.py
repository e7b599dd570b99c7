"""Two hundred claim lines of the two sample products: what each pays, to the cent, worked out from the clauses.

`lines.csv` holds the expectation beside its working (an arithmetic expression written from the clause's words); lines
of one claim share what is used up. Cover runs from 1 to 20 July 2026; rates are those of `rates.csv`.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from backoffice.claims import adjudication
from backoffice.claims.adjudication import Terms
from backoffice.claims.model import Cover, Line, Reason, Used, Verdict
from backoffice.insurance import products
from backoffice.kernel.money import Money, Rate

HERE = Path(__file__).parent
Row = dict[str, str]
PRODUCTS = {product.code: product for product in products.samples()}
SPORTS = {
    "CN-OUTDOOR": frozenset({"hiking", "mountaineering", "ice_climbing", "rafting", "paragliding"}),
    "WORLD": frozenset({"scuba_diving", "hiking", "paragliding", "alpine_skiing"}),
}
RATES = [
    Rate(row["base"], row["quote"], Decimal(row["value"]), date.fromisoformat(row["on"]))
    for row in csv.DictReader((HERE / "rates.csv").open())
]
ROWS = list(csv.DictReader((HERE / "lines.csv").open()))


def terms(product: str) -> Terms:
    cover = Cover(date(2026, 7, 1), date(2026, 7, 20), SPORTS[product])
    return Terms(PRODUCTS[product], cover, RATES)


def line(row: Row) -> Line:
    item = PRODUCTS[row["product"]].item(row["item"])
    wanted = item.papers if item else ()
    return Line(
        id=row["line"],
        item=row["item"],
        amount=Money.of(row["amount"], row["currency"]),
        spent_on=date.fromisoformat(row["spent_on"]),
        event_on=date.fromisoformat(row["event_on"]),
        event=row["event"],
        country=row["country"],
        sport=row["sport"],
        quantity=int(row["quantity"]),
        circumstances=several(row["circumstances"]),
        doubts=several(row["doubts"]),
        papers=frozenset(wanted) - several(row["lacks"]),
        paid_by_others=Money.of(row["paid_by_others"], row["currency"]) if row["paid_by_others"] else None,
        articles=tuple(Money.of(a, row["currency"]) for a in row["articles"].split(";") if a),
    )


def several(cell: str) -> frozenset[str]:
    return frozenset(part for part in cell.split(";") if part)


def claims() -> Iterator[tuple[str, list[Row]]]:
    for key, rows in groupby(ROWS, key=lambda r: (r["product"], r["claim"])):
        yield "-".join(key), list(rows)


CLAIMS = dict(claims())


def test_the_table_is_large_enough_and_in_five_currencies() -> None:
    assert len(ROWS) >= 200
    assert {"CNY", "USD", "EUR", "JPY", "THB"} <= {row["currency"] for row in ROWS}
    assert {row["reason"] for row in ROWS} == set(Reason)


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_line_pays_what_its_clause_says(claim: str) -> None:
    rows = CLAIMS[claim]
    findings, _ = adjudication.adjudicate(terms(rows[0]["product"]), [line(row) for row in rows])
    for row, found in zip(rows, findings, strict=True):
        told = (str(found.verdict), str(found.reason), found.clause, str(found.pays.amount))
        assert told == (row["verdict"], row["reason"], row["clause"], row["pays"]), (
            f"{row['line']}: {row['working']}"
        )
        assert found.pays.currency == "CNY"


def test_every_clause_named_stands_in_the_terms() -> None:
    for row in ROWS:
        assert PRODUCTS[row["product"]].clause(row["clause"]) is not None


def test_a_finding_shows_its_arithmetic() -> None:
    """Foreign bill, part paid by another, excess and limit: each step with what is left."""
    row = next(r for r in ROWS if r["claim"] == "b28")
    found = adjudication.adjudicate(terms("WORLD"), [line(row)])[0][0]
    assert [step.what for step in found.steps] == [
        "claimed",
        "converted",
        "paid_elsewhere",
        "excess",
        "limit",
    ]
    assert found.rate is not None
    assert (found.rate.value, found.rate.on) == (Decimal("7.9125"), date(2026, 7, 10))
    assert found.excess == Money.of(500, "CNY")
    assert found.limit_left == Money.of(500000, "CNY")


def test_what_is_missing_and_what_is_doubted_is_named() -> None:
    row = next(r for r in ROWS if r["claim"] == "a35")
    assert adjudication.adjudicate(terms("CN-OUTDOOR"), [line(row)])[0][0].missing == ("itemised", "record")
    row = next(r for r in ROWS if r["claim"] == "b97")
    assert adjudication.adjudicate(terms("WORLD"), [line(row)])[0][0].doubts == ("unattended",)


def test_a_line_left_to_a_person_uses_nothing_up() -> None:
    rows = [next(r for r in ROWS if r["claim"] == name) for name in ("a34", "a29")]
    assert adjudication.adjudicate(terms("CN-OUTDOOR"), [line(row) for row in rows])[1] == Used()


def test_earlier_claims_count_against_the_limit() -> None:
    """A second claim of the same policy goes on where the first ended."""
    row = next(r for r in ROWS if r["claim"] == "a60")
    _, used = adjudication.adjudicate(terms("CN-OUTDOOR"), [line(row)])
    again = replace(line(row), event="9", amount=Money.of(4000, "CNY"))
    found = adjudication.adjudicate(terms("CN-OUTDOOR"), [again], used)[0][0]
    assert found.pays == Money.of("3140", "CNY")


@pytest.mark.parametrize(
    ("amount", "lacks", "simple"),
    [("10500", (), True), ("10500.01", (), False), ("3000", ("invoice",), False), ("400", (), False)],
)
def test_simple_is_up_to_ten_thousand_with_all_papers(
    amount: str, lacks: tuple[str, ...], simple: bool
) -> None:
    """Worldwide medical: excess 500, so 10,500 pays exactly 10,000; 400 pays nothing."""
    base = line(next(r for r in ROWS if r["claim"] == "b1"))
    made = replace(base, amount=Money.of(amount, "CNY"), papers=base.papers - set(lacks))
    assert adjudication.propose(terms("WORLD"), [made]).simple is simple


def test_one_doubtful_line_makes_a_claim_a_reviewers() -> None:
    good = line(next(r for r in ROWS if r["claim"] == "b1"))
    doubtful = replace(good, id="x", doubts=frozenset({"alcohol"}))
    proposal = adjudication.propose(terms("WORLD"), [good, doubtful])
    assert [f.verdict for f in proposal.findings] == [Verdict.COVERED, Verdict.PERSON]
    assert proposal.total == Money.of(2500, "CNY")
    assert not proposal.simple
