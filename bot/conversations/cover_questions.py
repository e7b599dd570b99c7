"""The questions of buying cover, one a message. Nothing personal is asked before the price has been shown."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from backoffice.insurance import sports
from backoffice.insurance.insured import masked
from backoffice.insurance.model import Product, text
from backoffice.insurance.policies import local_day
from backoffice.insurance.pricing import NotSold, Premium, cheapest
from backoffice.kernel.messages import Choice, Day, Listing, Message, Param, Sentence, Term
from backoffice.workflows import buying_cover, policy_letters
from bot.conversations import cover_countries
from bot.conversations.cover_draft import Draft, missing, people, save, trip
from bot.conversations.turn import Turn, choices

STOP = Choice("stop", "button.cover_stop", "0")
OFFERED_MOST = 5
LENGTHS = ("3", "7", "15", "30")
FREE_DIGITS = frozenset({"cover.days", "cover.who", "cover.find_code"})
"""Questions that take any number typed: 9 days, 3 people, a code."""


async def proceed(turn: Turn, draft: Draft) -> None:
    """Keep it and ask what is missing next."""
    await save(turn, draft)
    await turn.work.uow.talk.close_about(turn.person.id)
    step = missing(draft)
    if step == "product":
        await _ask_product(turn)
        return
    product = await buying_cover.find(turn.work, draft.product)
    if product is None or product.edition != draft.edition:
        await save(turn, None)
        await turn.say("cover.gone")
        return
    await _ASK[step](turn, draft, product)


async def _ask_product(turn: Turn) -> None:
    found = list(await buying_cover.on_sale(turn.work))[:OFFERED_MOST]
    if not found:
        await turn.say("cover.nothing_on_sale")
        return
    lines = tuple(_product_line(turn, product, n) for n, product in enumerate(found, 1))
    offered = [
        Choice(f"{p.code}:{p.edition}", f"button.cover_pick_{n}", str(n)) for n, p in enumerate(found, 1)
    ]
    await turn.ask(Message("cover.product", choices=(*offered, STOP), more=lines), "cover.product")


def _product_line(turn: Turn, product: Product, number: int) -> Sentence:
    locale = turn.person.locale
    return Sentence(
        "cover.product_line",
        {
            "index": number,
            "product": text(product.names, locale),
            "summary": text(product.summary, locale),
            "least": cheapest(product),
            "days": min(band.days for band in product.prices.bands),
        },
    )


async def _ask_start(turn: Turn, _draft: Draft, _product: Product) -> None:
    offered = choices(("1", "button.cover_tomorrow", "1"), ("2", "button.cover_day_after", "2"))
    today: dict[str, Param] = {"today": Day(local_day(turn.work.now))}
    await turn.ask(Message("cover.start", today, (*offered, STOP)), "cover.start")


async def _ask_days(turn: Turn, _draft: Draft, product: Product) -> None:
    offered = [
        Choice(days, f"button.cover_days_{days}", days) for days in LENGTHS if int(days) <= product.most_days
    ]
    most: dict[str, Param] = {"most": product.most_days}
    await turn.ask(Message("cover.days", most, (*offered, STOP)), "cover.days")


async def _ask_where(turn: Turn, _draft: Draft, _product: Product) -> None:
    await turn.ask(Message("cover.where", choices=(STOP,)), "cover.where")


async def _ask_who(turn: Turn, _draft: Draft, product: Product) -> None:
    offered = choices(("1", "button.cover_one", "1"), ("2", "button.cover_two", "2"))
    most: dict[str, Param] = {"most": product.most_people}
    await turn.ask(Message("cover.who", most, (*offered, STOP)), "cover.who")


async def _ask_sports(turn: Turn, _draft: Draft, product: Product) -> None:
    named = Listing(tuple(sports.name(id_, turn.person.locale) for id_ in product.sports[:8]))
    params: dict[str, Param] = {"some": named, "number": len(product.sports)}
    offered = choices(("none", "button.cover_no_sports", "1"), ("all", "button.cover_list_sports", "2"))
    await turn.ask(Message("cover.sports", params, (*offered, STOP)), "cover.sports")


async def _ask_price(turn: Turn, draft: Draft, product: Product) -> None:
    """Everything on one page, with what it costs and what stands in the terms; nothing is bought yet."""
    try:
        price = buying_cover.quote(turn.work, product, trip(draft))
    except NotSold as refusal:
        await not_sold(turn, draft, refusal)
        return
    await save(turn, replace(draft, shown=price.total.minor))
    offered = choices(("buy", "button.cover_buy", "1"), ("restart", "button.cover_restart", "2"))
    more = (*_about_price(price), *policy_letters.limits(product, turn.person.locale), *_rules(turn, product))
    message = Message("cover.price", {**facts(turn, draft, product, price)}, (*offered, STOP), more=more)
    await turn.ask(message, "cover.price")


def facts(turn: Turn, draft: Draft, product: Product, price: Premium) -> dict[str, Param]:
    """What a page with a price names."""
    planned, locale = trip(draft), turn.person.locale
    chosen = Listing(tuple(sports.name(id_, locale) for id_ in planned.sports))
    return {
        "product": text(product.names, locale),
        "starts": Day(planned.starts),
        "ends": Day(planned.ends),
        "persons": len(planned.ages),
        "place": Listing(cover_countries.words(planned.countries)),
        "sports": chosen if planned.sports else Term("cover.no_sports"),
        "total": price.total,
    }


def _about_price(price: Premium) -> list[Sentence]:
    """What each pays, where not all pay the same."""
    if len(set(price.each)) < 2:
        return []
    return [Sentence("cover.price_each", {"each": Listing(price.each)})]


def _rules(turn: Turn, product: Product) -> list[Sentence]:
    percent: dict[str, Param] = {"days": product.cooling_days, "percent": product.before_start_percent}
    link: dict[str, Param] = {"link": policy_letters.terms_link(turn.work, product)}
    return [Sentence("cover.cooling", percent), Sentence("cover.terms", link)]


async def not_sold(turn: Turn, draft: Draft, refusal: NotSold) -> None:
    """What cannot be insured is said, and that one thing is asked again."""
    params: dict[str, Param] = {k: v for k, v in refusal.params.items() if isinstance(v, str | int)}
    await turn.say(refusal.key, params)
    again: Mapping[str, Any] = _AGAIN.get(refusal.key, {"start": "", "days": 0})
    await proceed(turn, replace(draft, **{**again, "agreed": False}))


_AGAIN: Mapping[str, Mapping[str, Any]] = {
    "cover.starts_too_soon": {"start": ""},
    "cover.starts_too_far": {"start": ""},
    "cover.too_long": {"days": 0},
    "cover.not_there": {"countries": ()},
    "cover.not_that_sport": {"sports": None},
    "cover.too_many": {"ages": (), "people": ()},
    "cover.not_that_age": {"ages": (), "people": ()},
}


async def _ask_people(turn: Turn, draft: Draft, _product: Product) -> None:
    persons: dict[str, Param] = {"persons": len(draft.ages) - len(draft.people)}
    key = "cover.people_more" if draft.people else "cover.people"
    offered = choices(("redo", "button.cover_redo", "9")) if draft.people else ()
    await turn.ask(Message(key, persons, (*offered, STOP)), "cover.people")


async def _ask_sure(turn: Turn, draft: Draft, product: Product) -> None:
    """The people and the price by their true ages; to whom their data goes stands before the yes."""
    insured = people(draft)
    planned = buying_cover.with_ages(trip(draft), insured)
    try:
        price = buying_cover.quote(turn.work, product, planned)
    except NotSold as refusal:
        await not_sold(turn, draft, refusal)
        return
    changed = price.total.minor != draft.shown
    await save(turn, replace(draft, shown=price.total.minor, ages=planned.ages))
    lines = [Sentence("cover.person", {"name": p.name, "document": masked(p.document)}) for p in insured]
    note = [Sentence("cover.price_new")] if changed else []
    data: dict[str, Param] = {"insurer": product.insurer_name(turn.person.locale)}
    more = (*lines, *note, Sentence("cover.consent", data), *_rules(turn, product)[1:])
    offered = choices(("yes", "button.cover_agree", "1"), ("redo", "button.cover_redo", "2"))
    message = Message("cover.sure", {**facts(turn, draft, product, price)}, (*offered, STOP), more=more)
    await turn.ask(message, "cover.sure")


_ASK: Mapping[str, Callable[[Turn, Draft, Product], Awaitable[None]]] = {
    "start": _ask_start,
    "days": _ask_days,
    "where": _ask_where,
    "who": _ask_who,
    "sports": _ask_sports,
    "price": _ask_price,
    "people": _ask_people,
    "sure": _ask_sure,
}
STEPS = frozenset(_ASK) | {"product"}
