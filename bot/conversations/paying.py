"""Money a chat platform has taken from somebody: kept as news for the runner of payments, in this turn."""

from backoffice.money.model import Heard, OrderKind, Told
from bot.conversations.turn import Turn
from bot.incoming import Paid


async def paid(turn: Turn, content: Paid) -> None:
    """The platform says that it took the money. Told twice it is one payment."""
    channel = turn.incoming.sender.at.channel
    heard = Heard(
        provider=channel,
        key=f"create:{content.charge}",
        kind=OrderKind.CREATE,
        subject=content.payment,
        told=Told.SUCCEEDED,
        at=turn.incoming.at,
        reference=content.charge,
        amount=content.amount,
    )
    await turn.work.uow.payments.hear(heard)
    turn.work.uow.hint("payments")
