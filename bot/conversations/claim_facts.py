"""What a claimant tells, one question at a time; what is known is never asked again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.claims import checklist
from backoffice.claims.claim import Claim
from backoffice.claims.kinds import ClaimKind, Fact
from backoffice.insurance import sports
from backoffice.kernel.messages import Choice, Listing, Message, Param, Sentence
from backoffice.kernel.money import Money, total
from backoffice.workflows import claims
from bot.conversations import claim_collecting, claim_reading, cover_countries
from bot.conversations.turn import Turn, choices

STEPS = frozenset(str(fact) for fact in Fact)
_THINGS = frozenset({ClaimKind.BAGGAGE, ClaimKind.THEFT})
_MOST_HOURS, _MOST_DAYS = 24 * 30, 400
LONGEST_TOLD = 1000


async def proceed(turn: Turn, claim: Claim, *first: Sentence) -> None:
    """The next thing that is not known; after the facts come the papers."""
    product = await claims.product_of(turn.work, claim)
    untold = checklist.untold(claim, product)
    if not untold:
        await claim_collecting.proceed(turn, claim, *first)
        return
    message = _question(claim, untold[0])
    message = replace(message, choices=(*message.choices, *_later(untold[0])))
    message = claim_collecting.led(message, first)
    letter = claims.about(claim, message)
    await turn.work.ask(letter, f"claim.{untold[0]}", claim.id, turn.work.now + claims.OPEN_FOR)


def _later(fact: Fact) -> tuple[Choice, ...]:
    """Where a bare number is the answer, no digit stands for anything else."""
    return () if fact in (Fact.HOURS, Fact.DAYS) else (claims.LATER,)


def _question(claim: Claim, fact: Fact) -> Message:
    match fact:
        case Fact.EVENT:
            return Message(
                "claim.event",
                choices=choices(("0", "button.claim_today", "1"), ("1", "button.claim_yesterday", "2")),
            )
        case Fact.COUNTRY:
            return Message("claim.country")
        case Fact.SPORT:
            return Message("claim.sport", choices=choices(("none", "button.claim_no_sport", "1")))
        case Fact.TOLD:
            return Message("claim.told")
        case Fact.HOURS:
            return Message("claim.hours")
        case Fact.DAYS:
            return Message("claim.days", choices=choices(("none", "button.claim_no_nights", "0")))
        case Fact.AMOUNT:
            return _amount(claim)
        case Fact.OTHERS:
            return Message("claim.others", choices=choices(("none", "button.claim_no_others", "1")))


def _amount(claim: Claim) -> Message:
    fee = claim.facts.envoy_fee
    if claim.kind is ClaimKind.RESCUE and fee is not None:
        only = choices(("none", "button.claim_only_envoy", "1"))
        return Message("claim.amount_rescue", {"fee": fee}, only)
    return Message("claim.amount_things" if claim.kind in _THINGS else "claim.amount")


async def chosen(turn: Turn, claim: Claim, chosen: tuple[str, str]) -> None:
    """A button instead of typed words."""
    step, value = chosen
    if value == "later":
        await claim_collecting.later(turn, claim)
        return
    if step == Fact.EVENT:
        await _told(turn, claim, event_on=_today(turn, claim) - timedelta(days=int(value)))
    elif step == Fact.SPORT:
        await _told(turn, claim, sport="")
    elif step == Fact.DAYS:
        await _told(turn, claim, days=0)
    elif step == Fact.AMOUNT:
        fee = claim.facts.envoy_fee
        nothing = Money(0, fee.currency if fee else "CNY")
        await _told(turn, claim, amount=nothing, others=nothing)
    else:
        spent = claim.facts.amount
        await _told(turn, claim, others=Money(0, spent.currency if spent else "CNY"))


async def _told(turn: Turn, claim: Claim, **facts: Any) -> None:
    claim.facts = replace(claim.facts, **facts)
    await claims.touched(turn.work, claim)
    await turn.work.uow.talk.close_about(claim.id)
    await proceed(turn, claim)


def _today(turn: Turn, claim: Claim) -> date:
    return turn.work.now.astimezone(ZoneInfo(claim.zone)).date()


async def filled(turn: Turn, claim: Claim, answer: tuple[str, str]) -> bool:
    """Typed words for the step that was asked."""
    step, said = answer
    if not claim.collecting:
        return False
    await _FILL[step](turn, claim, said)
    return True


async def _unclear(turn: Turn, claim: Claim, key: str, params: Mapping[str, Param] | None = None) -> None:
    """What was not understood stands above the same question."""
    await proceed(turn, claim, Sentence(key, params or {}))


async def _event(turn: Turn, claim: Claim, said: str) -> None:
    today = _today(turn, claim)
    found = claim_reading.day(said, today)
    if found is None or found < today - timedelta(days=800):
        await _unclear(turn, claim, "claim.event_unclear")
    elif found > today:
        await _unclear(turn, claim, "claim.event_future")
    else:
        await _told(turn, claim, event_on=found)


async def _country(turn: Turn, claim: Claim, said: str) -> None:
    def city(name: str) -> str:
        found = turn.work.world.places.find(name)
        return found[0].words.country if found else ""

    countries, unknown = cover_countries.read(said, city)
    if len(countries) != 1:
        await _unclear(turn, claim, "claim.country_unclear", {"words": Listing(unknown or (said[:60],))})
    else:
        await _told(turn, claim, country=countries[0])


async def _sport(turn: Turn, claim: Claim, said: str) -> None:
    named, unknown = sports.read(said)
    if len(named) != 1:
        await _unclear(turn, claim, "claim.sport_unclear", {"words": Listing(unknown or (said[:60],))})
    else:
        await _told(turn, claim, sport=named[0])


async def _words(turn: Turn, claim: Claim, said: str) -> None:
    await _told(turn, claim, told=said[:LONGEST_TOLD])


async def _hours(turn: Turn, claim: Claim, said: str) -> None:
    found = claim_reading.hours(said)
    if found is None or found > _MOST_HOURS:
        await _unclear(turn, claim, "claim.hours_unclear")
    else:
        await _told(turn, claim, hours=found)


async def _days(turn: Turn, claim: Claim, said: str) -> None:
    found = claim_reading.days(said)
    if found is None or found > _MOST_DAYS:
        await _unclear(turn, claim, "claim.days_unclear")
    else:
        await _told(turn, claim, days=found)


async def _sum(turn: Turn, claim: Claim, said: str) -> None:
    found = claim_reading.sums(said, _usual(claim))
    if not found:
        await _unclear(turn, claim, "claim.amount_unclear")
    elif len({each.currency for each in found}) > 1:
        await _unclear(turn, claim, "claim.amount_two")
    else:
        articles = tuple(found) if claim.kind in _THINGS else ()
        await _told(turn, claim, amount=total(found, found[0].currency), articles=articles)


async def _others(turn: Turn, claim: Claim, said: str) -> None:
    spent = claim.facts.amount
    found = claim_reading.sums(said, _usual(claim))
    if not found:
        await _unclear(turn, claim, "claim.amount_unclear")
    elif spent is not None and {each.currency for each in found} != {spent.currency}:
        await _unclear(turn, claim, "claim.amount_two")
    else:
        await _told(turn, claim, others=total(found, found[0].currency))


def _usual(claim: Claim) -> str:
    return _MONEY.get(claim.facts.country or "", "")


_MONEY: Mapping[str, str] = {
    "JP": "JPY",
    "HK": "HKD",
    "SG": "SGD",
    "TW": "TWD",
    "AU": "AUD",
    "CA": "CAD",
    "NZ": "NZD",
}
"""What "¥" and "$" mean there."""
_FILL: Mapping[str, Callable[[Turn, Claim, str], Awaitable[None]]] = {
    Fact.EVENT: _event,
    Fact.COUNTRY: _country,
    Fact.SPORT: _sport,
    Fact.TOLD: _words,
    Fact.HOURS: _hours,
    Fact.DAYS: _days,
    Fact.AMOUNT: _sum,
    Fact.OTHERS: _others,
}
