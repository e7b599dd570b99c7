"""Puts somebody of the staff on call over their chat, known to the service as if they had written."""

from backoffice.kernel import ids
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from backoffice.oncall.model import OnCall, Reach, WayKind
from backoffice.people.model import Person
from bot.assembly.core import Core


async def put_on_call(core: Core, at: Address, name: str, centre: str) -> None:
    """Once: an entry of this chat that is there already stays as it is."""
    now = core.clock.now()
    reach = Reach(WayKind.CHAT, f"{at.channel}:{at.address}")
    async with core.store.begin(now) as uow:
        if any(reach in entry.reaches for entry in await uow.on_call.all()):
            return
        if await uow.people.at(at) is None:
            person = PersonId(ids.new_id(core.world.bits))
            await uow.people.add(Person(person, core.settings.default_locale, now), at)
        await uow.on_call.put(OnCall(ids.new_id(core.world.bits), centre, 1, name, (reach,)))
        await uow.commit()
