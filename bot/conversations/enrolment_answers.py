"""What an applicant sends for the step that was asked: words, photos, a pin, a contact."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from backoffice.enrolment import dates, daytime, languages, model, said
from backoffice.enrolment.model import Application, Step
from backoffice.kernel.exchange import Question
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import MediaKind, Message, Sentence
from backoffice.workflows import enrolment, order_threads, portraits
from bot.conversations import enrolment as flow
from bot.conversations import envoy
from bot.conversations.enrolment import PLACE, application_of
from bot.conversations.turn import Turn
from bot.incoming import Contact

LONGEST_NAME = 40
LONGEST_CHOICE = 30
"""Longer words than any choice, or a question: for the centre, not for the step."""
PHOTOS = (Step.DOCUMENT, Step.SELFIE, Step.PORTRAIT)
OLDEST_PAPERS = timedelta(days=1)


async def _free(turn: Turn) -> bool:
    """Nothing under way to which words, files and places rather belong: with an order in hand only the answer to
    what was asked last is for the application."""
    if await turn.case() is not None or await envoy.job(turn) is not None:
        return False
    newest = (await turn.work.uow.talk.open_questions(turn.person.id))[:1]
    if newest and newest[0].kind.startswith("enrol."):
        return True
    return await order_threads.current(turn.work, turn.person.id) is None


async def typed(turn: Turn, question: Question, words: str) -> bool:
    """Words for the step that was asked; what does not fit is said, and the question stays. False: not for us."""
    step = question.kind.split(".", 1)[1]
    if not await _free(turn) or await application_of(turn, question) is None:
        return False
    value = said.choice(step, words)
    if value in question.answers.values():
        return await flow.answer(turn, question, str(value))
    read = _READ.get(step)
    return await (_filled(turn, question, read, words) if read else _no_choice(turn, step, words))


async def _no_choice(turn: Turn, step: str, words: str) -> bool:
    """Words that are none of the choices: said, and the question stays. A question of theirs is for the centre."""
    if len(words) > LONGEST_CHOICE or _asks(words):
        return False
    await turn.say("enrol.photo_please" if step in PHOTOS else "enrol.choose")
    return True


def _asks(words: str) -> bool:
    return any(c in words for c in "?？") and any(c.isalpha() for c in words)


Read = Callable[[Turn, Application, str], Awaitable[str]]


async def _filled(turn: Turn, question: Question, read: Read, words: str) -> bool:
    application = await application_of(turn, question)
    if application is None:
        return False
    trouble = await read(turn, application, words.strip())
    if trouble == ASKED:
        return True
    if trouble and _asks(words):
        return False
    if trouble:
        await turn.say(trouble)
        return True
    await enrolment.go_on(turn.work, application)
    return True


ASKED = "asked"
"""A step has put a question of its own."""


async def _name(turn: Turn, application: Application, words: str) -> str:
    """A name is short, no question and no number."""
    if not 2 <= len(words) <= LONGEST_NAME or any(c.isdigit() or c in "?？@/\n" for c in words):
        return "enrol.bad_name"
    application.answers.name = words
    return ""


async def _languages(turn: Turn, application: Application, words: str) -> str:
    found = languages.read(words)
    if not found:
        return "enrol.bad_languages"
    application.answers.languages = [code for code, _ in found]
    application.answers.levels = {code: str(level) for code, level in found if level}
    return ""


async def _level(turn: Turn, application: Application, words: str) -> str:
    """Asked for one language's level, some name all their languages once more, with levels."""
    return "enrol.choose" if await _languages(turn, application, words) else ""


async def _base(turn: Turn, application: Application, words: str) -> str:
    """A city named in words is asked back, never silently used."""
    found = turn.work.world.places.find(words)
    if not found:
        return "enrol.bad_base"
    session = await turn.work.uow.talk.session(turn.person.id)
    point = [found[0].point.lat, found[0].point.lon]
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {PLACE: point}))
    message = Message("enrol.base_found", {"place": found[0].words}, enrolment.YES_NO)
    await enrolment.ask(turn.work, application, "enrol.base_found", message)
    return ASKED


async def _services(turn: Turn, application: Application, words: str) -> str:
    """Several numbers in one message; that is the whole answer."""
    digits = words.replace(",", " ").replace("，", " ").replace("、", " ").split()
    known = {c.digit: c.value for c in enrolment.SERVICES}
    if not digits or any(d not in known for d in digits):
        return "enrol.bad_services"
    chosen = [known[d] for d in digits]
    application.answers.services = list(dict.fromkeys([*application.answers.services, *chosen]))
    application.answers.services_done = True
    return ""


async def _phone(turn: Turn, application: Application, words: str) -> str:
    number = enrolment.phone_of(application, turn.work, words)
    if number is None:
        return "enrol.bad_phone"
    application.answers.phone = number
    return ""


async def _expiry(turn: Turn, application: Application, words: str) -> str:
    day = dates.read(words)
    if day is None:
        return "enrol.bad_expiry"
    if day <= daytime.today(turn.work.now, enrolment.zone_of(turn.work, application)) + OLDEST_PAPERS:
        return "enrol.document_run_out"
    application.answers.expiry, application.answers.unlimited = day, False
    return ""


async def _remark(turn: Turn, application: Application, words: str) -> str:
    application.answers.remark = words[:1000]
    return ""


_READ: Mapping[str, Read] = {
    Step.NAME: _name,
    Step.LANGUAGES: _languages,
    Step.LEVEL: _level,
    Step.BASE: _base,
    Step.SERVICES: _services,
    Step.PHONE: _phone,
    Step.EXPIRY: _expiry,
    Step.REMARK: _remark,
}


async def _asked(turn: Turn, *steps: Step) -> Application | None:
    """The applicant's application when the newest question open to them is one of these steps."""
    questions = await turn.work.uow.talk.open_questions(turn.person.id)
    question = next((q for q in questions if q.kind.startswith("enrol.")), None)
    if question is None or question.kind not in {f"enrol.{s}" for s in steps} or not await _free(turn):
        return None
    return await application_of(turn, question)


async def photo(turn: Turn) -> bool:
    """A document, a selfie or a portrait: sealed under the sender's own key. False when none was asked for."""
    application = await _asked(turn, *PHOTOS)
    if application is None or turn.media is None:
        return False
    if turn.media.kind is not MediaKind.PHOTO:
        await turn.say("enrol.photo_please")
        return True
    media, a = MediaId(turn.media.id), application.answers
    await turn.work.uow.enrolments.keep_file(media, turn.person.id)
    if application.asking == Step.PORTRAIT:
        a.portrait, a.portrait_said = await portraits.take(turn.work, turn.person.id, media), True
    elif application.asking == Step.SELFIE:
        a.selfies = [media]
    else:
        a.documents = [*a.documents, media]
        a.documents_done = len(a.documents) >= model.MOST_PHOTOS
    await enrolment.go_on(turn.work, application)
    return True


async def pin(turn: Turn, fix: Fix) -> bool:
    """A point for the base that was asked for; the answer says how to call for help with one."""
    application = await _asked(turn, Step.BASE)
    if application is None:
        return False
    application.answers.base = fix.point
    place = turn.work.world.places.describe(fix.point)
    await enrolment.go_on(turn.work, application, Sentence("enrol.base_kept", {"place": place}))
    return True


async def contact(turn: Turn, card: Contact) -> bool:
    """Telegram's button hands over their own number; another person's is not taken."""
    application = await _asked(turn, Step.PHONE)
    if application is None:
        return False
    number = enrolment.phone_of(application, turn.work, _international(card.phone)) if card.own else None
    if number is None:
        await turn.say("enrol.bad_phone")
        return True
    application.answers.phone = number
    await enrolment.go_on(turn.work, application)
    return True


def _international(phone: str) -> str:
    """Telegram leaves the plus out."""
    return phone if phone.startswith("+") else f"+{phone}"
