"""An album comes as one message per picture; it gets one reply."""

from dataclasses import replace

from bot.conversations.turn import Turn

ALBUM = "album"


async def answered(turn: Turn, album: str) -> bool:
    """Whether a picture of this album has been answered before; if not, this one is the first."""
    if not album:
        return False
    session = await turn.work.uow.talk.session(turn.person.id)
    if session.data.get(ALBUM) == album:
        return True
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {ALBUM: album}))
    return False
