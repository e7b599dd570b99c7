"""One person on two channels: a code shown in one chat and typed in the other makes them one."""

from dataclasses import dataclass, replace

from backoffice.dispatch.model import WORKING, AssignmentStatus
from backoffice.enrolment import linking
from backoffice.enrolment.linking import LinkCode, Side
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.kernel.messages import Choice, Message, Param, When
from backoffice.people.model import Person, Profile
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import enrolment
from backoffice.workflows.work import Work

KIND, CODE = "link", "link_code"
CONFIRM = (Choice("yes", "button.link", "1"), Choice("no", "button.no", "0"))
_HELD = WORKING | {AssignmentStatus.ASKED}


async def show(work: Work, person: Person, at: Address) -> None:
    """A fresh code; codes shown before are worth nothing."""
    code = linking.fresh(work.world.bits)
    until = work.now + linking.LIVES
    await work.uow.links.put(code, LinkCode(person.id, at, until))
    params: dict[str, Param] = {"code": linking.spelt(code), "when": When(until, person.zone)}
    await work.tell(NewLetter(person.id, Message("link.code", params), only=at))


async def typed(work: Work, person: Person, at: Address, code: str) -> bool:
    """The code of another chat: asked once more before two become one. False when it is no code that lives."""
    link = await work.uow.links.find(code)
    if link is None:
        return False
    if link.person == person.id:
        await work.tell(NewLetter(person.id, Message("link.same_chat"), only=at))
        return True
    await _stays(work, link.person, person.id)
    session = await work.uow.talk.session(person.id)
    await work.uow.talk.save_session(replace(session, data=session.data | {CODE: code}))
    message = Message("link.sure", {"channel": _channel(link.shown_at)}, CONFIRM)
    await work.ask(NewLetter(person.id, message, only=at), KIND, person.id, link.until)
    return True


def _channel(at: Address) -> str:
    return {"wechat": "WeChat", "telegram": "Telegram"}.get(at.channel, at.channel)


async def _stays(work: Work, shown: PersonId, typing: PersonId) -> PersonId:
    """Who remains; raises a `Refusal` when a machine may not decide."""
    stays = linking.who_stays(await _side(work, shown), await _side(work, typing))
    if stays is None:
        raise Refusal("link.not_now")
    return stays.person


async def _side(work: Work, person: PersonId) -> Side:
    envoy = await work.uow.envoys.of_person(person)
    busy = bool(await work.uow.cases.active_of(person) or await work.uow.cases.duress_of(person))
    busy |= bool(await work.uow.orders.live_of(person))
    if envoy:
        busy |= bool(await work.uow.assignments.of_envoy(envoy.id, _HELD))
        busy |= bool(await work.uow.orders.held_by(envoy.id))
    return Side(person, busy, envoy is not None, (await work.uow.people.get(person)).drill)


async def answered(work: Work, person: Person, at: Address, value: str) -> None:
    """Yes: the code is used up, and the two are one; when the other must give way, under the other's lock."""
    await work.uow.talk.close_about(person.id, KIND)
    session = await work.uow.talk.session(person.id)
    code = str(session.data.get(CODE, ""))
    await work.uow.talk.save_session(
        replace(session, data={k: v for k, v in session.data.items() if k != CODE})
    )
    if value != "yes":
        await work.tell(NewLetter(person.id, Message("link.left_apart"), only=at))
        return
    link = await work.uow.links.find(code)
    if link is None or not await work.uow.links.use(code):
        raise Refusal("link.bad_code")
    pair = Pair(link.person, person.id, link.shown_at, at)
    await _unite(work, pair)


@dataclass(frozen=True, slots=True)
class Pair:
    """Whose code was shown in which chat, and who typed it in which."""

    shown: PersonId
    typing: PersonId
    shown_at: Address
    typed_at: Address


async def _unite(work: Work, pair: Pair) -> None:
    """The turn holds the lock of who typed: only they can give way here and now."""
    stays = await _stays(work, pair.shown, pair.typing)
    if stays == pair.shown:
        await merge(work, pair.typing, stays, (pair.shown_at, pair.typed_at))
        return
    payload = {"stays": stays, "at": [[a.channel, a.address] for a in (pair.shown_at, pair.typed_at)]}
    kind, new = DeadlineKind.MERGE, DeadlineId(work.new_id())
    await work.arm(Deadline(new, kind, pair.shown, pair.shown, work.now, payload))


async def merge_due(work: Work, deadline: Deadline) -> None:
    """Under the lock of who gives way; what has begun meanwhile on either side stops it, and both are told."""
    gone, stays = deadline.person, PersonId(deadline.payload["stays"])
    at = tuple(Address(*pair) for pair in deadline.payload["at"])
    kept = linking.who_stays(await _side(work, gone), await _side(work, stays))
    if kept is None or kept.person != stays:
        for person, chat in zip((gone, stays), at, strict=True):
            await work.tell(NewLetter(person, Message("link.not_now"), only=chat))
        return
    await merge(work, gone, stays, at)


async def merge(work: Work, gone_id: PersonId, stays_id: PersonId, chats: tuple[Address, ...]) -> None:
    """Everything of `gone` becomes that of `stays`; whoever calls it holds the lock of `gone`."""
    gone, stays = await work.uow.people.get(gone_id), await work.uow.people.get(stays_id)
    application = await work.uow.enrolments.live_of(gone.id)
    if application and await work.uow.enrolments.live_of(stays.id):
        await enrolment.withdraw(work, application)
    await work.uow.enrolments.hand_on(gone.id, stays.id)
    stays.profile = joined(stays.profile, gone.profile)
    await work.uow.people.save(stays)
    await _newer_place(work, gone, stays)
    await work.uow.talk.close_all(gone.id)
    await work.uow.people.merge(gone.id, stays.id)
    for chat in chats:
        await work.tell(NewLetter(stays.id, Message("link.done"), only=chat))


def joined(stays: Profile, gone: Profile) -> Profile:
    """What only one of them said is kept; where both spoke, who stays is right."""
    values = {name: value or getattr(gone, name) for name, value in vars(stays).items()}
    return Profile(**values | {"consents": gone.consents | stays.consents})


async def _newer_place(work: Work, gone: Person, stays: Person) -> None:
    theirs, own = await work.uow.people.last_fix(gone.id), await work.uow.people.last_fix(stays.id)
    if theirs and (own is None or own.at < theirs.at):
        await work.uow.people.put_fix(stays.id, theirs)
