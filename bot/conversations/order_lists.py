"""Orders as a person sees them in chat: a line for each, and one as it stands with what can be done."""

from backoffice.kernel.messages import Message, Role, Sentence, Term, When
from backoffice.orders.model import Order
from backoffice.workflows import order_letters
from backoffice.workflows.order_sides import Party
from bot.conversations.turn import Turn


async def mine(turn: Turn) -> list[Party]:
    """Their own orders, then those they serve as an envoy."""
    own: list[Party] = [(o, Role.TRAVELLER) for o in await turn.work.uow.orders.live_of(turn.person.id)]
    envoy = await turn.work.uow.envoys.of_person(turn.person.id)
    served = await turn.work.uow.orders.held_by(envoy.id) if envoy else ()
    return own + [(o, Role.ENVOY) for o in served]


def line(order: Order, number: int) -> Sentence:
    return Sentence(
        "order.line",
        {
            "number": number,
            "ref": order.ref,
            "kind": Term(f"service_kind.{order.kind}"),
            "when": When(order.start_at, order.place.zone),
            "status": Term(f"order_status.{order.status}"),
        },
    )


async def stands(turn: Turn, order: Order, role: Role) -> None:
    """How it stands now."""
    message = Message("order.standing", more=(line(order, 1),))
    await order_letters.offer_menu(turn.work, order, role, message)
