"""Files larger than a platform hands over: their sender learns it at once, staff see that there was one."""

from dataclasses import replace
from typing import Final

from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Message
from backoffice.workflows import jobs, work
from bot.conversations import talk
from bot.conversations.turn import Turn
from bot.incoming import File

LARGEST: Final = 20 * 2**20
"""Bytes: what Telegram's getFile serves and what business.md stores."""
MIB: Final = 2**20


async def sent(turn: Turn, file: File) -> None:
    """It goes where any file goes and is marked as missing there; its sender hears why instead of a receipt."""
    turn.quiet = True
    await talk.said(turn, file.caption)
    turn.quiet = False
    await told(turn, file)


async def told(turn: Turn, file: File) -> None:
    """Says so and notes it on the case or job; nothing for a file that can be fetched."""
    if file.size <= LARGEST:
        return
    own = await turn.case()
    about = own.id if own else await jobs.case_of(turn.work.uow, turn.person.id)
    words = Message("file.too_large", {"size": _megabytes(file), "limit": LARGEST // MIB})
    if about is None:
        await turn.work.tell(NewLetter(turn.person.id, replace(words, drill=turn.person.drill)))
        return
    case, actor = await turn.work.uow.cases.get(about), "traveller" if own else "envoy"
    await turn.work.note(case, actor, "file.too_large", kind=str(file.kind), mb=_megabytes(file))
    await turn.work.tell(work.about(case, turn.person.id, words))


def _megabytes(file: File) -> int:
    """Rounded up: a file over the limit is not said to have its size."""
    return -(-file.size // MIB)
