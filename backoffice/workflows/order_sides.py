"""The two sides of orders: which ones somebody has a part in."""

from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Role
from backoffice.orders.model import HELD, Order
from backoffice.workflows.work import Work

Party = tuple[Order, Role]


async def held(work: Work, person: PersonId) -> list[Party]:
    """Every order with an envoy that this person has a side of, the one that runs first, then the soonest."""
    found: list[Party] = [
        (o, Role.TRAVELLER) for o in await work.uow.orders.live_of(person) if o.status in HELD
    ]
    envoy = await work.uow.envoys.of_person(person)
    if envoy is not None:
        found += [(o, Role.ENVOY) for o in await work.uow.orders.held_by(envoy.id)]
    return sorted(found, key=lambda f: (f[0].started_at is None, f[0].start_at))


async def several(work: Work, person: PersonId) -> bool:
    """Whether this person has more than one order to talk about."""
    return len(await held(work, person)) > 1
