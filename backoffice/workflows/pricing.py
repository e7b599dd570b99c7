"""What a service costs and what an SOS pays, from the tables of the day; and putting new tables in their place."""

from dataclasses import dataclass, replace

from backoffice.cases.model import Case
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Param, Sentence
from backoffice.kernel.money import Money
from backoffice.money import ledger, payers, prices
from backoffice.money.accounts import Account
from backoffice.money.model import Purpose
from backoffice.money.prices import Need, Quote, SosPay, Tables
from backoffice.money.tables import PriceTable
from backoffice.ports import Alert
from backoffice.workflows import payments, recognising
from backoffice.workflows.work import Work


async def quote(work: Work, need: Need) -> Quote:
    """In the currency of the place and at home, by the tables of today. Raises `prices.NoPrice`."""
    today = work.now.date()
    rows = await work.uow.prices.prices(need.kind, need.country, today)
    return prices.quote(Tables(rows, await work.uow.prices.rates(today), work.world.pay.home), need)


async def sos_terms(work: Work, country: str) -> SosPay:
    """What an SOS in this country pays today. Raises `prices.NoPrice`."""
    return prices.for_country(await work.uow.prices.sos_pay(country, work.now.date()), country)


@dataclass(frozen=True, slots=True)
class SosJob:
    """One envoy's part in one SOS: how long, how far, and who pays (None: the centre's fund)."""

    case: Case
    envoy: PersonId
    assignment: str
    minutes: int
    metres: float
    payer: Account | None = None


async def pay_sos(work: Work, job: SosJob) -> Money:
    """Book what an envoy has earned at an SOS, once per assignment; a drill pays nothing.

    The row is that of the day the case was opened. Raises `prices.NoPrice`.
    """
    country = job.case.place.country if job.case.place else ""
    rows = await work.uow.prices.sos_pay(country, job.case.opened_at.date())
    amount = prices.sos_pay(prices.for_country(rows, country), job.minutes, job.metres)
    if not job.case.drill:
        purpose = Purpose("sos", job.case.id)
        await payments.owe(
            work, job.envoy, amount, purpose, f"sos:{job.assignment}", job.payer or ledger.fund()
        )
    return amount


async def terms_told(work: Work, case: Case) -> tuple[Sentence, ...]:
    """What coming pays, for the offer; nothing is promised where the table has no price, or in a drill."""
    if case.drill:
        return ()
    try:
        row = await sos_terms(work, case.place.country if case.place else "")
    except prices.NoPrice:
        return ()
    pays: dict[str, Param] = {
        "call_out": Money(row.call_out, row.currency),
        "hour": Money(row.per_hour, row.currency),
    }
    return (Sentence("offer.pay", pays),)


async def earn(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> tuple[Sentence, ...]:
    """The job is done: what it paid is booked and told. Time counts from acceptance.

    Longer than `longest_sos` is booked up to there, and finance look at the rest: nobody noted when they left.
    """
    if case.drill or assignment.answered_at is None:
        return ()
    minutes = int((work.now - assignment.answered_at).total_seconds() // 60)
    most = int(work.world.pay.longest_sos.total_seconds() // 60)
    behind = await work.uow.payers.cover(case.requester)
    policy = await recognising.policy_paying(work, "case", case.id, "envoy")
    payer = payers.payer(replace(behind, policy=policy or behind.policy))
    job = SosJob(case, envoy.person, assignment.id, min(minutes, most), assignment.distance_m, payer)
    try:
        amount = await pay_sos(work, job)
    except prices.NoPrice:
        return ()
    if minutes > most:
        await work.uow.desk.alert(Alert(0, work.now, "sos_pay_to_check", case.id, case.ref))
    return (Sentence("job.earned", {"amount": amount}),)


async def put(work: Work, table: PriceTable) -> int:
    """New rows and rates; what held before ends the day before. Returns how many were put."""
    return await work.uow.prices.put(table)
