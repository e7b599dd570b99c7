"""What is answered while buying cover: a choice or typed words; nothing is sent to anybody before the last yes."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from backoffice.insurance import insured as reading_people
from backoffice.insurance import sports
from backoffice.insurance.policies import local_day
from backoffice.insurance.pricing import NotSold
from backoffice.kernel import text as reading
from backoffice.kernel.messages import Listing, Param, Sentence
from backoffice.kernel.money import Money
from backoffice.workflows import buying_cover
from backoffice.workflows.buying_cover import Application, PriceChanged
from bot.conversations import cover_countries, order_times
from bot.conversations.cover_draft import Draft, load, only_country, people, save, trip
from bot.conversations.cover_questions import not_sold, proceed
from bot.conversations.turn import Turn

ADULT, CHILD = 30, 10
"""Ages that stand for "a grown-up" and "a child" until the true ones are known."""
_ADULTS: Final = re.compile(r"(\d{1,2})\s*(?:个|位|名)?\s*(?:大人|大|成人|adults?|grown-?ups?|어른|성인|人)")
_CHILDREN: Final = re.compile(
    r"(\d{1,2})\s*(?:个|位|名)?\s*(?:小孩|小|儿童|孩子|孩|child(?:ren)?|kids?|子供|こども|子ども|아이|어린이)"
)
_LENGTH: Final = re.compile(r"(\d{1,3})\s*(?:天|日|days?|일|泊)?")
_WEEKS: Final = re.compile(r"(\d{1,2})\s*(?:周|星期|週間|weeks?|주)")
_HAN: Final = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"两": "2", "十": "10"}


async def start(turn: Turn) -> None:
    """A new draft, or the one that was left."""
    draft = await load(turn) or Draft()
    if draft.start and date.fromisoformat(draft.start) <= local_day(turn.work.now):
        draft = replace(draft, start="", agreed=False)
    await proceed(turn, draft)


async def chosen(turn: Turn, step: str, value: str) -> None:
    """A choice on one of the steps."""
    draft = await load(turn)
    if value == "stop" or (draft is None and step != "product"):
        await save(turn, None)
        await turn.work.uow.talk.close_about(turn.person.id)
        await turn.say("cover.stopped" if draft else "question.over")
        return
    await _CHOSEN[step](turn, draft or Draft(), value)


async def _product(turn: Turn, draft: Draft, value: str) -> None:
    code, _, edition = value.partition(":")
    product = await buying_cover.find(turn.work, code)
    countries = only_country(product) if product else ()
    await proceed(turn, replace(draft, product=code, edition=int(edition), countries=countries))


async def _start(turn: Turn, draft: Draft, value: str) -> None:
    await _begin(turn, draft, local_day(turn.work.now) + timedelta(days=int(value)))


async def _begin(turn: Turn, draft: Draft, day: date) -> None:
    today = local_day(turn.work.now)
    if day <= today or day > today + buying_cover.AHEAD:
        key = "cover.starts_too_soon" if day <= today else "cover.starts_too_far"
        await not_sold(turn, draft, NotSold(key))
        return
    await proceed(turn, replace(draft, start=day.isoformat()))


async def _days(turn: Turn, draft: Draft, value: str) -> None:
    await _long(turn, draft, int(value))


async def _long(turn: Turn, draft: Draft, days: int) -> None:
    product = await buying_cover.find(turn.work, draft.product)
    if product is not None and not 1 <= days <= product.most_days:
        await not_sold(turn, draft, NotSold("cover.too_long", days=product.most_days))
        return
    await proceed(turn, replace(draft, days=days))


async def _where(turn: Turn, draft: Draft, _value: str) -> None:
    await proceed(turn, draft)


async def _who(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, replace(draft, ages=(ADULT,) * int(value), people=()))


async def _sports(turn: Turn, draft: Draft, value: str) -> None:
    if value == "none":
        await proceed(turn, replace(draft, sports=()))
        return
    product = await buying_cover.find(turn.work, draft.product)
    names = tuple(sports.name(id_, turn.person.locale) for id_ in product.sports) if product else ()
    await turn.say("cover.all_sports", {"names": Listing(names)})
    await proceed(turn, draft)


async def _price(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, Draft() if value == "restart" else replace(draft, agreed=True))


async def _people(turn: Turn, draft: Draft, _value: str) -> None:
    await proceed(turn, replace(draft, people=()))


async def _sure(turn: Turn, draft: Draft, value: str) -> None:
    """The last yes: from here the premium is asked for."""
    if value == "redo":
        await proceed(turn, replace(draft, people=()))
        return
    product = await buying_cover.find(turn.work, draft.product)
    if product is None:
        await proceed(turn, draft)
        return
    insured = people(draft)
    planned = buying_cover.with_ages(trip(draft), insured)
    shown = Money(draft.shown, product.currency)
    try:
        await buying_cover.apply(
            turn.work, turn.person, Application(product.code, draft.edition, planned, insured, shown)
        )
    except NotSold as refusal:
        await not_sold(turn, draft, refusal)
        return
    except PriceChanged:
        await turn.say("cover.price_changed")
        await proceed(turn, draft)
        return
    await save(turn, None)
    await turn.work.uow.talk.close_about(turn.person.id)
    minutes = int(turn.work.world.pay.expires_after.total_seconds() // 60)
    await turn.say("cover.pay", {"total": shown, "minutes": minutes})


_CHOSEN: Mapping[str, Callable[[Turn, Draft, str], Awaitable[None]]] = {
    "product": _product,
    "start": _start,
    "days": _days,
    "where": _where,
    "who": _who,
    "sports": _sports,
    "price": _price,
    "people": _people,
    "sure": _sure,
}


async def filled(turn: Turn, step: str, said: str) -> bool:
    """Typed words for the step that was asked; False when it takes none."""
    draft, fill = await load(turn), _FILL.get(step)
    if draft is None or fill is None:
        return False
    await fill(turn, draft, said)
    return True


async def _unclear(turn: Turn, draft: Draft, key: str, params: dict[str, Param] | None = None) -> None:
    await turn.say(key, params)
    await proceed(turn, draft)


async def _fill_start(turn: Turn, draft: Draft, said: str) -> None:
    found = order_times.read(said, local_day(turn.work.now))
    if found is None or found.day is None:
        await _unclear(turn, draft, "cover.day_unclear")
        return
    await _begin(turn, draft, found.day)


async def _fill_days(turn: Turn, draft: Draft, said: str) -> None:
    """ "9", "两周", "8/10": a number of days, of weeks, or the last day."""
    plain = "".join(_HAN.get(sign, sign) for sign in reading.simplified(reading.fold(said)).strip())
    if found := _WEEKS.fullmatch(plain):
        await _long(turn, draft, int(found[1]) * 7)
    elif found := _LENGTH.fullmatch(plain):
        await _long(turn, draft, int(found[1]))
    elif (read := order_times.read(said, date.fromisoformat(draft.start))) and read.day:
        await _long(turn, draft, (read.day - date.fromisoformat(draft.start)).days + 1)
    else:
        await _unclear(turn, draft, "cover.days_unclear")


async def _fill_where(turn: Turn, draft: Draft, said: str) -> None:
    def city(name: str) -> str:
        found = turn.work.world.places.find(name)
        return found[0].words.country if found else ""

    countries, unknown = cover_countries.read(said, city)
    if unknown or not countries:
        await _unclear(turn, draft, "cover.where_unclear", {"words": Listing(unknown or (said[:60],))})
        return
    product = await buying_cover.find(turn.work, draft.product)
    if product and not all(product.covers_country(country) for country in countries):
        await not_sold(turn, draft, NotSold("cover.not_there"))
        return
    await proceed(turn, replace(draft, countries=countries))


async def _fill_who(turn: Turn, draft: Draft, said: str) -> None:
    ages = ages_of(said)
    product = await buying_cover.find(turn.work, draft.product)
    if not ages or (product and len(ages) > product.most_people):
        await _unclear(turn, draft, "cover.who_unclear")
        return
    await proceed(turn, replace(draft, ages=ages, people=()))


def ages_of(said: str) -> tuple[int, ...]:
    """ "3" is three grown-ups, "2大1小" two and a child, "35 33 8" are ages; () for anything else."""
    plain = "".join(_HAN.get(sign, sign) for sign in reading.simplified(reading.fold(said)).strip())
    adults, children = _ADULTS.search(plain), _CHILDREN.search(plain)
    if adults or children:
        count = (int(adults[1]) if adults else 0, int(children[1]) if children else 0)
        return (ADULT,) * count[0] + (CHILD,) * count[1]
    numbers = [int(one) for one in re.findall(r"\d{1,3}", plain)]
    if len(numbers) == 1 and numbers[0] <= 20 and plain.isdigit():
        return (ADULT,) * numbers[0]
    return tuple(numbers) if numbers and all(one <= 120 for one in numbers) else ()


async def _fill_sports(turn: Turn, draft: Draft, said: str) -> None:
    if reading.bare(said) in ("无", "没有", "no", "none", "なし", "없음", "없어요"):
        await proceed(turn, replace(draft, sports=()))
        return
    named, unknown = sports.read(said)
    if unknown or not named:
        await _unclear(turn, draft, "cover.sports_unclear", {"words": Listing(unknown or (said[:60],))})
        return
    product = await buying_cover.find(turn.work, draft.product)
    outside = [id_ for id_ in named if product and id_ not in product.sports]
    if outside:
        names = Listing(tuple(sports.name(id_, turn.person.locale) for id_ in outside))
        await _unclear(turn, draft, "cover.sports_outside", {"names": names})
        return
    await proceed(turn, replace(draft, sports=named))


async def _fill_price(turn: Turn, draft: Draft, said: str) -> None:
    """Who sends the people at once has said yes to the price; other words change nothing."""
    if reading_people.read(said, local_day(turn.work.now))[0]:
        await _fill_people(turn, replace(draft, agreed=True), said)
    else:
        await proceed(turn, draft)


async def _fill_people(turn: Turn, draft: Draft, said: str) -> None:
    """One line each; what could be read is kept, what could not is named by its line."""
    found, troubles = reading_people.read(said, local_day(turn.work.now))
    fresh = tuple((p.name, p.document, p.born.isoformat()) for p in found if p.born)
    known = {document for _, document, _ in draft.people}
    added = tuple(one for one in fresh if one[1] not in known)
    everybody = (*draft.people, *{document: (n, document, b) for n, document, b in added}.values())
    if troubles or not added:
        lines = [Sentence(f"cover.line_{trouble.why}", {"line": trouble.number}) for trouble in troubles]
        await turn.say("cover.people_unclear", {}, *lines)
    if len(everybody) > len(draft.ages):
        await _unclear(turn, draft, "cover.people_too_many", {"persons": len(draft.ages)})
        return
    await proceed(turn, replace(draft, people=everybody))


_FILL: Mapping[str, Callable[[Turn, Draft, str], Awaitable[None]]] = {
    "start": _fill_start,
    "days": _fill_days,
    "where": _fill_where,
    "who": _fill_who,
    "sports": _fill_sports,
    "price": _fill_price,
    "people": _fill_people,
}
