"""Ways to wake one person: a chat letter of the service's own, an SMS or a mail, the centre's paging service."""

from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.messages import Urgency
from backoffice.people.model import Reach
from backoffice.ports import Notice, Notifier, NotSent, PageFailed, Pager, Store
from backoffice.ports.paging import Call


class NoticeWay:
    """SMS or e-mail, whichever notifier it is given."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    async def send(self, to: str, call: Call) -> None:
        try:
            await self._notifier.send(Notice(to, call.text, call.subject, call.key))
        except NotSent as failure:
            raise PageFailed(str(failure)) from failure


class ChatWay:
    """A letter in the SOS lane to somebody of the staff who has written to the service before.

    The outbox having it is not a person awake: the ladder goes on until the case is taken, and a letter that
    cannot be delivered is listed like every other.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def send(self, to: str, call: Call) -> None:
        channel, _, name = to.partition(":")
        at = Address(channel, name)
        async with self._store.begin(self._clock.now()) as uow:
            person = await uow.people.at(at)
            if person is None:
                raise PageFailed("this chat has never written to the service")
            reach = {i.at: i.reach for i in await uow.people.identities(person.id)}.get(at, Reach.OK)
            if reach is not Reach.OK:
                raise PageFailed(f"this chat cannot be reached ({reach})")
            await uow.outbox.put(NewLetter(person.id, call.message, Urgency.SOS, only=at))
            uow.hint("letters")
            await uow.commit()


class WebhookWay:
    """The centre's own paging service as a way of one person: it knows whom it wakes."""

    def __init__(self, service: Pager) -> None:
        self._service = service

    async def send(self, to: str, call: Call) -> None:
        await self._service.page(call.level, call.ref, call.what)
