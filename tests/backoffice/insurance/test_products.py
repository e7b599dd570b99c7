"""Products: the samples are sound, a bad file is refused with every fault, prices add up, cover is said as it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice.insurance import cover, insured, policies, pricing, products, sports
from backoffice.insurance.cover import Fit
from backoffice.insurance.insured import Unclear
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Policy, PolicyStatus, Source, TooLate
from backoffice.insurance.pricing import NotSold, Trip
from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.money import Money

DOMESTIC, WORLD = products.samples()
TODAY = date(2026, 3, 1)


def trip(days: int = 7, ages: tuple[int, ...] = (30,), where: tuple[str, ...] = ("CN",), *named: str) -> Trip:
    return Trip(date(2026, 4, 1), date(2026, 4, 1) + timedelta(days=days - 1), where, ages, named)


def test_at_least_thirty_sports_are_covered_and_named_in_five_languages() -> None:
    assert len(DOMESTIC.sports) == 46
    assert len(WORLD.sports) >= 30
    for sport in sports.table().values():
        assert all(sport.names[tag] for tag in products.LOCALES)


def test_every_clause_of_an_item_and_exclusion_can_be_read() -> None:
    for product in (DOMESTIC, WORLD):
        for number in [i.clause for i in product.items] + [e.clause for e in product.exclusions]:
            clause = product.clause(number)
            assert clause is not None
            assert all(clause.words[tag] for tag in products.WRITTEN)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("code: WORLD\n", "", "code is missing"),
        ('limit: "500000"', 'limit: "500000.001"', "not a whole number"),
        ("papers: [report, invoice, itemised, record]", "papers: [photo]", "paper photo is not named"),
        ("way: daily", "way: monthly", "monthly"),
        ("from: 18", "from: 19", "ages must follow"),
        ("sports: [alpine_skiing", "sports: [mahjong", "unknown sport mahjong"),
        ('when: alcohol, clause: "4.2"', 'when: alcohol, clause: "9.9"', "clause 9.9 is not written"),
    ],
)
def test_a_bad_product_is_refused_in_words(old: str, new: str, words: str) -> None:
    source = products.sample_sources()[1]
    assert old in source
    with pytest.raises(products.BadProduct, match=words.replace(".", r"\.")):
        products.read(source.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "[]", "{", "just words", "code: X"])
def test_what_is_no_product_is_refused(text: str) -> None:
    with pytest.raises(products.BadProduct):
        products.read(text)


@pytest.mark.parametrize(
    ("wanted", "price"),
    [
        (trip(1), "8.00"),
        (trip(3), "18.00"),
        (trip(4), "35.00"),
        (trip(30), "98.00"),
        (trip(31), "101.00"),
        (trip(90), "278.00"),
        (trip(7, (10,)), "28.00"),
        (trip(7, (66,)), "56.00"),
        (trip(7, (30, 17, 80)), "119.00"),
        (trip(7, (30,), ("CN",), "rafting"), "42.00"),
        (trip(7, (30,), ("CN",), "hiking", "ice_climbing"), "63.00"),
    ],
)
def test_domestic_prices_by_days_age_and_sport(wanted: Trip, price: str) -> None:
    """Bands 8, 18, 35, 60, 98; 3 for each day beyond 30; children 80 %, elders 160 %; grade 2 120 %, grade 3 180 %."""
    assert pricing.premium(DOMESTIC, wanted).total == Money.of(price, "CNY")


@pytest.mark.parametrize(
    ("where", "price"),
    [
        (("TH",), "140.00"),
        (("TH", "FR"), "182.00"),
        (("US", "FR"), "280.00"),
        (("BR",), "210.00"),
        (("CN",), "140.00"),
    ],
)
def test_the_dearest_destination_sets_the_price(where: tuple[str, ...], price: str) -> None:
    assert pricing.premium(WORLD, trip(10, (30,), where)).total == Money.of(price, "CNY")


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (trip(91), "cover.too_long"),
        (trip(7, (81,)), "cover.not_that_age"),
        (trip(7, ()), "cover.too_many"),
        (trip(7, (30,), ("HK",)), "cover.not_there"),
        (Trip(date(2026, 4, 2), date(2026, 4, 1), ("CN",), (30,)), "cover.days_backwards"),
    ],
)
def test_what_is_not_sold_is_said(wanted: Trip, key: str) -> None:
    with pytest.raises(NotSold) as refusal:
        pricing.premium(DOMESTIC, wanted)
    assert refusal.value.key == key


def policy(**more: object) -> Policy:
    base = Policy(
        PolicyId("p"), "sample", "WORLD", 1, date(2026, 4, 1), date(2026, 4, 10), Source.BOUGHT,
        datetime(2026, 3, 1, tzinfo=UTC), Money.of(100, "CNY"), status=PolicyStatus.CONFIRMED,
        confirmed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    return replace(base, **more)


@pytest.mark.parametrize(
    ("at", "back"),
    [
        ("2026-03-01T01:00", "100"),
        ("2026-03-10T23:59", "100"),
        ("2026-03-11T00:00", "90"),
        ("2026-03-31T15:59", "90"),
    ],
)
def test_what_comes_back(at: str, back: str) -> None:
    """Ten days after the insurer's yes everything; nine tenths until the cover begins (midnight in Beijing)."""
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert policies.refund_for(policy(), WORLD, now) == Money.of(back, "CNY")


def test_nothing_comes_back_once_the_cover_has_begun() -> None:
    with pytest.raises(TooLate):
        policies.refund_for(policy(), WORLD, datetime(2026, 3, 31, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "country", "status", "fit"),
    [
        ("2026-03-31T15:59", "TH", PolicyStatus.CONFIRMED, Fit.NOT_THEN),
        ("2026-03-31T16:00", "TH", PolicyStatus.CONFIRMED, Fit.COVERS),
        ("2026-04-10T15:59", "TH", PolicyStatus.CONFIRMED, Fit.COVERS),
        ("2026-04-10T16:00", "TH", PolicyStatus.CONFIRMED, Fit.NOT_THEN),
        ("2026-04-05T00:00", "SY", PolicyStatus.CONFIRMED, Fit.NOT_THERE),
        ("2026-04-05T00:00", "", PolicyStatus.CONFIRMED, Fit.COVERS),
        ("2026-04-05T00:00", "TH", PolicyStatus.APPLIED, Fit.APPLIED),
        ("2026-04-05T00:00", "TH", PolicyStatus.UNPAID, Fit.APPLIED),
        ("2026-04-05T00:00", "TH", PolicyStatus.CANCELLING, Fit.COVERS),
    ],
)
def test_cover_is_by_the_day_in_beijing_and_only_what_is_confirmed(
    at: str, country: str, status: PolicyStatus, fit: Fit
) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert cover.fit(policy(status=status), WORLD, now, country) is fit


def test_only_the_insurers_word_makes_cover() -> None:
    """No way leads from unpaid to confirmed, and none out of refused."""
    with pytest.raises(IllegalMove):
        policy(status=PolicyStatus.UNPAID).move(PolicyStatus.CONFIRMED)
    for status in PolicyStatus:
        with pytest.raises(IllegalMove):
            policy(status=PolicyStatus.REFUSED).move(status)


@pytest.mark.parametrize(
    ("line", "name", "document", "born"),
    [
        ("张三 110101199003074610", "张三", "110101199003074610", "1990-03-07"),
        ("110101199003074610，张三", "张三", "110101199003074610", "1990-03-07"),
        ("Anna Smith E12345678 1990-03-07", "Anna Smith", "E12345678", "1990-03-07"),
        ("Anna Smith, 1990/3/7, e12345678", "Anna Smith", "E12345678", "1990-03-07"),
        ("李四　Ｅ１２３４５６７８　1988年11月30日", "李四", "E12345678", "1988-11-30"),
        ("김하나 M12345678 19901130", "김하나", "M12345678", "1990-11-30"),
    ],
)
def test_people_are_read_as_people_write_them(line: str, name: str, document: str, born: str) -> None:
    found = insured.one(line, TODAY)
    assert (found.name, found.document, str(found.born)) == (name, document, born)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("张三", "no_document"),
        ("张三 E12345678", "no_birth"),
        ("张三 E12345678 2027-01-01", "no_birth"),
        ("张三 E12345678 1990-02-30", "no_birth"),
        ("张三 110101199003074611", "bad_document"),
        ("110101199003074610", "no_name"),
    ],
)
def test_what_is_missing_in_a_line_is_named(line: str, why: str) -> None:
    with pytest.raises(Unclear, match=why):
        insured.one(line, TODAY)


def test_lines_that_are_clear_are_kept() -> None:
    people, troubles = insured.read("张三 110101199003074610\n\n李四\nAnn E1234567 1990-01-01", TODAY)
    assert [p.name for p in people] == ["张三", "Ann"]
    assert [(t.number, t.why) for t in troubles] == [(2, "no_document")]
