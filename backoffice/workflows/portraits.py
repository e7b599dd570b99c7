"""An envoy's portrait: given, drawn anew, shown to whom they help, taken back (docs/decisions/portraits.md)."""

from backoffice.cases.model import Case
from backoffice.dispatch.model import Envoy
from backoffice.enrolment import portrait
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import CaseId, MediaId, PersonId
from backoffice.kernel.messages import Media, Message, Role, Urgency
from backoffice.orders.model import Order
from backoffice.ports import Alert, QueueItem
from backoffice.workflows import order_letters
from backoffice.workflows.work import Work

SOURCE = "portraits"
"""Where the pictures drawn anew come from, beside the channels (`Expected.expect`)."""
CONSENT = "portrait"
"""Under this name the moment of consent stands in the profile."""


async def take(work: Work, person: PersonId, sent: MediaId) -> MediaId:
    """A photo kept under their own key; returns the picture that may be shown, which is drawn from it."""
    picture = portrait.enclosed(portrait.drawn(sent))
    await work.uow.media.expect(picture, None, SOURCE, sent, person)
    return MediaId(picture.id)


async def hand_on(work: Work, person: PersonId, picture: str) -> None:
    """From here whoever they help sees it; an earlier one is deleted."""
    await forget(work, person)
    whose = await work.uow.people.get(person)
    whose.profile.portrait = picture
    whose.profile.consents = whose.profile.consents | {CONSENT: work.now.isoformat()}
    await work.uow.people.save(whose)


async def replace(work: Work, envoy: Envoy, sent: Media) -> None:
    """An approved envoy's new portrait. Staff are told and see it: nobody has vetted this one."""
    await work.uow.enrolments.keep_file(MediaId(sent.id), envoy.person)
    await hand_on(work, envoy.person, await take(work, envoy.person, MediaId(sent.id)))
    await work.uow.desk.alert(Alert(0, work.now, "envoy_portrait", None, envoy.name))
    if not await work.uow.enrolments.of_person(envoy.person):
        await work.uow.desk.queue(QueueItem(0, envoy.person, work.now, f"[{sent.kind}]", media=sent))
    work.uow.hint("queue")


async def never_came(work: Work, person: PersonId, picture: MediaId) -> None:
    """There is nothing to show and never will be: the envoy was told that it is shown, and hears that it is not."""
    if (await work.uow.people.get(person)).profile.portrait == picture:
        await forget(work, person)
        await work.tell(NewLetter(person, Message("envoy.portrait_lost")))


async def forget(work: Work, person: PersonId) -> bool:
    """Nobody sees it any more and nothing of it is kept; whether there was one."""
    whose = await work.uow.people.get(person)
    old = whose.profile.portrait
    if not old:
        return False
    await work.uow.enrolments.forget_files(portrait.files(old))
    whose.profile.portrait = ""
    whose.profile.consents = {k: v for k, v in whose.profile.consents.items() if k != CONSENT}
    await work.uow.people.save(whose)
    return True


async def show_in_case(work: Work, case: Case, envoy: Envoy, job: str) -> None:
    """To whom the case's chat has just named them; where it does not speak of envoys, nothing."""
    message = await _letter(work, envoy)
    if message:
        await work.tell_traveller(case, message, _shown(job))


async def show_in_order(work: Work, order: Order, envoy: Envoy) -> None:
    """To the customer; a screen that is to know of no case shows nobody's face."""
    watched = await work.uow.cases.duress_of(order.customer)
    message = await _letter(work, envoy)
    if message and not (watched and watched.hidden):
        await order_letters.tell(work, order, Role.TRAVELLER, message, _shown(str(order.offer)))


async def _letter(work: Work, envoy: Envoy) -> Message | None:
    whose = await work.uow.people.get(envoy.person)
    if not whose.profile.portrait:
        return None
    return Message("portrait.envoy", {"name": envoy.name}, media=portrait.enclosed(whose.profile.portrait))


def _shown(job: str) -> str:
    """The name of a portrait on a screen: one for each job (an assignment's or an offer's id)."""
    return f"portrait:{job}"


async def take_back(work: Work, of: CaseId, viewer: PersonId, job: str) -> None:
    """Who does not come after all: unsent it is dropped, sent it goes from the screen where that can be done."""
    for at in await work.uow.outbox.take_back(viewer, of, _shown(job)):
        gone = Message("portrait.gone", {"shown": _shown(job)})
        await work.uow.outbox.put(NewLetter(viewer, gone, Urgency.SOS, of, only=at))
        work.uow.hint("letters")
