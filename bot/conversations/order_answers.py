"""What is answered while ordering: a choice, typed words, a pin; nothing is sent before the price is confirmed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.kernel import codec
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Datum, Fix, RawPoint, Source
from backoffice.kernel.messages import Choice, Message, Param, Sentence
from backoffice.kernel.money import Money
from backoffice.money.prices import NoPrice
from backoffice.orders.model import Mode
from backoffice.people import minors, phones, preferences
from backoffice.ports import FoundPlace
from backoffice.workflows import intake, order_minors, orders
from bot.conversations import order_languages, order_times
from bot.conversations.order_draft import Draft, load, new, place, save, wish
from bot.conversations.order_questions import DAYS, NOW, STOP, ask_sex, no_price, proceed
from bot.conversations.turn import Turn

LONGEST_DETAILS = 500
LONGEST_GUARDIAN = 200
FOUND_MOST = 3


async def start(turn: Turn) -> None:
    """A new draft, or the one that was left."""
    draft = await load(turn) or new(turn)
    await proceed(turn, draft)


async def chosen(turn: Turn, step: str, value: str) -> bool:
    """A choice on one of the steps."""
    draft = await load(turn)
    if value == "cancel" or draft is None:
        await stop(turn, draft)
        return True
    await _CHOSEN[step](turn, draft, value)
    return True


async def stop(turn: Turn, draft: Draft | None) -> None:
    await save(turn, None)
    await turn.work.uow.talk.close_about(turn.person.id)
    await turn.say("order.stopped" if draft else "question.over")


async def _kind(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, replace(draft, kind=value))


async def _details(turn: Turn, draft: Draft, _value: str) -> None:
    await proceed(turn, replace(draft, details=""))


async def _guardian(turn: Turn, draft: Draft, value: str) -> None:
    own = value == "own"
    await proceed(turn, replace(draft, minor=own, guardian=order_minors.OWN if own else None))


async def _sex(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, replace(draft, sex="" if value == preferences.ANY else value))


async def _where(turn: Turn, draft: Draft, _value: str) -> None:
    last = await turn.work.uow.people.last_fix(turn.person.id)
    await proceed(turn, draft if last is None else replace(draft, fix=codec.write_fix(last)))


async def _which_place(turn: Turn, draft: Draft, value: str) -> None:
    """One of the cities found in their words; known to the city, not to the street."""
    if not value.isdigit() or int(value) >= len(draft.found):
        await proceed(turn, replace(draft, found=()))
        return
    lat, lon = draft.found[int(value)]
    raw = RawPoint(lat, lon, Datum.WGS84)
    point = turn.work.world.places.fix(raw)[0]
    fix = Fix(point, raw, Source.TYPED, turn.work.now, intake.TYPED_ACCURACY_M)
    await proceed(turn, replace(draft, fix=codec.write_fix(fix), found=()))


async def _when(turn: Turn, draft: Draft, value: str) -> None:
    if value == NOW:
        await proceed(turn, replace(draft, asap=True))
        return
    today = _local(turn, draft).date()
    await proceed(turn, replace(draft, day=(today + timedelta(days=DAYS[value])).isoformat()))


def _local(turn: Turn, draft: Draft) -> datetime:
    return turn.work.now.astimezone(ZoneInfo(place(turn, draft).zone))


async def _time_ok(turn: Turn, draft: Draft, value: str) -> None:
    sure = value == "yes"
    await proceed(turn, replace(draft, sure=True) if sure else replace(draft, start="", day=""))


async def _length(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, replace(draft, minutes=int(value) * 60))


async def _language(turn: Turn, draft: Draft, value: str) -> None:
    await proceed(turn, replace(draft, language="" if value == "any" else value))


async def _summary(turn: Turn, draft: Draft, value: str) -> None:
    """Confirmed: from here envoys are asked."""
    if value == "restart" or draft.shown is None:
        await proceed(turn, new(turn))
        return
    if value == "sex":
        await ask_sex(turn, draft)
        return
    total = Money(*draft.shown)
    try:
        orders.check_time(turn.work, None if draft.asap else datetime.fromisoformat(draft.start))
        price, _ = await orders.quote(turn.work, wish(draft))
    except Refusal as refusal:
        await _out_of_date(turn, draft, refusal)
        return
    if price.total != total:
        await turn.say("order.price_changed")
        await proceed(turn, draft)
        return
    await save(turn, None)
    await turn.work.uow.talk.close_about(turn.person.id)
    mode = Mode.FIRST if value == "first" else Mode.CHOOSE
    await orders.place(turn.work, turn.person, wish(draft, mode), price)


async def _out_of_date(turn: Turn, draft: Draft, refusal: Refusal) -> None:
    """The time has passed while they thought: only the time is asked again."""
    if isinstance(refusal, NoPrice):
        await no_price(turn)
        return
    await _bad_time(turn, refusal)
    await proceed(turn, replace(draft, start="", day="", sure=False))


async def _bad_time(turn: Turn, refusal: Refusal) -> None:
    if refusal.key == "order.time_far":
        await turn.say("order.time_far", {"days": turn.work.world.orders.ahead.days})
    else:
        await turn.say("order.time_past")


_CHOSEN: Mapping[str, Callable[[Turn, Draft, str], Awaitable[None]]] = {
    "kind": _kind,
    "details": _details,
    "guardian": _guardian,
    "sex": _sex,
    "where": _where,
    "which_place": _which_place,
    "when": _when,
    "time_ok": _time_ok,
    "length": _length,
    "language": _language,
    "summary": _summary,
}


async def filled(turn: Turn, step: str, said: str) -> bool:
    """Typed words for the step that was asked; False when they do not fit it."""
    draft = await load(turn)
    fill = _FILL.get(step)
    return draft is not None and fill is not None and await fill(turn, draft, said)


async def _fill_details(turn: Turn, draft: Draft, said: str) -> bool:
    minor = draft.minor or minors.said(said)
    await proceed(turn, replace(draft, details=said[:LONGEST_DETAILS], minor=minor))
    return True


async def _fill_guardian(turn: Turn, draft: Draft, said: str) -> bool:
    """A name and a number that can be called; anything else is asked again."""
    if phones.parse(said, None) is None:
        await turn.say("order.guardian_unclear")
        await proceed(turn, draft)
    else:
        await proceed(turn, replace(draft, guardian=said[:LONGEST_GUARDIAN]))
    return True


async def _fill_sex(turn: Turn, draft: Draft, said: str) -> bool:
    found = preferences.envoy_sex(said)
    if found is None:
        return False
    await _sex(turn, draft, found)
    return True


async def _fill_where(turn: Turn, draft: Draft, said: str) -> bool:
    """A city named in words: shown, and used only when it is confirmed."""
    found = turn.work.world.places.find(said)[:FOUND_MOST]
    if not found:
        await turn.say("order.place_unknown")
        await proceed(turn, draft)
        return True
    await save(turn, replace(draft, found=tuple((f.point.lat, f.point.lon) for f in found)))
    await turn.work.uow.talk.close_about(turn.person.id)
    await turn.ask(_which(found), "order.which_place")
    return True


def _which(found: Sequence[FoundPlace]) -> Message:
    offered = [Choice(str(n), f"button.order_place_{n + 1}", str(n + 1)) for n in range(len(found))]
    lines = [Sentence("order.place_line", {"number": n, "place": f.words}) for n, f in enumerate(found, 1)]
    none = Choice("none", "button.order_other_place", "9")
    return Message("order.which_place", choices=(*offered, none, STOP), more=tuple(lines))


async def _fill_time(turn: Turn, draft: Draft, said: str) -> bool:
    """A day, a time, or both; local to the place, and always confirmed."""
    if order_times.soonest(said):
        await proceed(turn, replace(draft, asap=True))
        return True
    here = _local(turn, draft)
    found = order_times.read(said, here.date())
    if found is None:
        await turn.say("order.time_unclear")
        await proceed(turn, draft)
        return True
    if found.day is None and draft.day:
        found = replace(found, day=date.fromisoformat(draft.day))
    start = order_times.moment(found, here)
    if start is None:
        await proceed(turn, replace(draft, day=found.day.isoformat() if found.day else ""))
        return True
    try:
        orders.check_time(turn.work, start)
    except Refusal as refusal:
        await _bad_time(turn, refusal)
        await proceed(turn, replace(draft, start="", day=""))
        return True
    await proceed(turn, replace(draft, start=start.astimezone(UTC).isoformat()))
    return True


async def _fill_length(turn: Turn, draft: Draft, said: str) -> bool:
    given = turn.work.world.orders
    minutes = order_times.length(said)
    if minutes is None or not given.least_minutes <= minutes <= given.most_minutes:
        most: dict[str, Param] = {"hours": given.most_minutes // 60}
        await turn.say("order.length_unclear", most)
        await proceed(turn, draft)
        return True
    await proceed(turn, replace(draft, minutes=minutes))
    return True


async def _fill_language(turn: Turn, draft: Draft, said: str) -> bool:
    code = order_languages.named(said)
    if code is None:
        await turn.say("order.language_unclear")
        await proceed(turn, draft)
        return True
    await proceed(turn, replace(draft, language=code))
    return True


_FILL: Mapping[str, Callable[[Turn, Draft, str], Awaitable[bool]]] = {
    "details": _fill_details,
    "guardian": _fill_guardian,
    "sex": _fill_sex,
    "where": _fill_where,
    "which_place": _fill_where,
    "when": _fill_time,
    "hour": _fill_time,
    "length": _fill_length,
    "language": _fill_language,
}


async def put_place(turn: Turn, fix: Fix) -> bool:
    """A pin for the draft."""
    draft = await load(turn)
    if draft is None:
        return False
    await proceed(turn, replace(draft, fix=codec.write_fix(fix), found=()))
    return True
