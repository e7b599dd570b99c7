"""A code word typed while an envoy is with somebody, or on the way to them: the one the other has said."""

from backoffice.kernel.messages import Role
from backoffice.workflows import meeting, relay
from backoffice.workflows.relay import Said
from bot.conversations import envoy, order_words
from bot.conversations.turn import Turn


async def word(turn: Turn, said: str) -> bool:
    """A whole message that is one of the code words; False for anything else, and where nobody is to meet.

    It stands in the case's talk for staff to see, and is passed on to nobody.
    """
    given = order_words.code_word(said)
    if given is None:
        return False
    case = await turn.case()
    if case is not None:
        meets = await meeting.expected(turn.work, case)
        if meets:
            await relay.for_staff(turn.work, case, turn.person, Said(said))
            await meeting.heard(turn.work, case, meeting.Heard(Role.TRAVELLER, turn.person.id, given))
        return bool(meets)
    found = await envoy.job(turn)
    if found is None:
        return False
    me, assignment, case = found
    await relay.envoy_for_staff(turn.work, case, me, Said(said))
    heard = meeting.Heard(Role.ENVOY, turn.person.id, given, assignment)
    await meeting.heard(turn.work, case, heard)
    return True
