"""Becoming an envoy in chat: every kind of answer finds the step that asked for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from backoffice.enrolment import daytime, model
from backoffice.enrolment.model import Application, ApplicationId, ApplicationStatus, Purpose, Step
from backoffice.kernel.exchange import Question
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Choice, Message, Sentence, When
from backoffice.workflows import duty, enrolment, vetting
from bot.conversations import envoy
from bot.conversations.turn import Turn

PLACE = "enrol_place"


async def command(turn: Turn) -> bool:
    """Begin, go on where it was left, or say how things stand. Inside an own SOS the words belong to the case."""
    if await turn.case() is not None:
        return False
    application = await turn.work.uow.enrolments.live_of(turn.person.id)
    if application is None:
        await _begin(turn)
    elif application.status is ApplicationStatus.SUBMITTED:
        await _waiting(turn, application)
    elif application.status is ApplicationStatus.MORE_WANTED:
        await enrolment.go_on(
            turn.work, application, Sentence("enrol.more_wanted", {"words": application.words})
        )
    else:
        await enrolment.go_on(turn.work, application, Sentence("enrol.welcome_back"))
    return True


async def _begin(turn: Turn) -> None:
    known = await envoy.me(turn)
    if known is None:
        made = await enrolment.begin(turn.work, turn.person, turn.incoming.sender.at)
        await enrolment.go_on(turn.work, made, Sentence("enrol.welcome"))
        return
    last = await _renewable(turn)
    if last is None and await duty.barred(turn.work, known):
        made = await enrolment.begin(turn.work, turn.person, turn.incoming.sender.at)
        await enrolment.go_on(turn.work, made, Sentence("enrol.welcome"))
    elif last is None:
        await turn.say("enrol.already_envoy")
    else:
        await _renew(turn, last)


async def _renewable(turn: Turn) -> Application | None:
    """Papers that are soon over, or that have run out."""
    found = [a for a in await turn.work.uow.enrolments.of_person(turn.person.id) if a.decided_at]
    last = next(
        (a for a in found if a.status in (ApplicationStatus.APPROVED, ApplicationStatus.EXPIRED)), None
    )
    if last is None:
        return None
    if last.status is ApplicationStatus.EXPIRED and not last.answers.documents:
        return None
    today = daytime.today(turn.work.now, enrolment.zone_of(turn.work, last))
    return last if last.status is ApplicationStatus.EXPIRED or model.may_renew(last, today) else None


async def _renew(turn: Turn, last: Application) -> None:
    """Only the document is asked for again; the rest stands as it was vetted."""
    at = turn.incoming.sender.at
    made = await enrolment.begin(turn.work, turn.person, at, Purpose.RENEWAL)
    empty = model.Answers()
    again = ("consent_at", "documents", "documents_done", "expiry", "unlimited", "selfies", "remark")
    made.answers = replace(last.answers, **{name: getattr(empty, name) for name in again})
    await enrolment.go_on(turn.work, made, Sentence("enrol.renewing"))


async def _waiting(turn: Turn, application: Application) -> None:
    since = application.submitted_at or application.started_at
    choices = (Choice("withdraw", "button.withdraw", "3"),)
    message = Message("enrol.waiting", {"when": When(since, turn.person.zone)}, choices)
    await enrolment.ask(turn.work, application, "enrol.waiting", message)


async def application_of(turn: Turn, question: Question) -> Application | None:
    """The application a question is about, while it may still be answered."""
    application = await turn.work.uow.enrolments.get(ApplicationId(question.subject))
    mine = application.person == turn.person.id and question.open and application.live
    return application if mine else None


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A digit, a button or a word of choice."""
    application = await application_of(turn, question)
    if application is None:
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(question.id)
    if value == "skip":
        await turn.say("enrol.later")
        return True
    step = question.kind.split(".", 1)[1]
    await _CHOSEN[step](turn, application, value)
    return True


async def _next(turn: Turn, application: Application, before: Sentence | None = None) -> None:
    await enrolment.go_on(turn.work, application, before)


async def _sex(turn: Turn, application: Application, value: str) -> None:
    application.answers.sex = value
    await _next(turn, application)


async def _transport(turn: Turn, application: Application, value: str) -> None:
    application.answers.transport = value
    await _next(turn, application)


async def _level(turn: Turn, application: Application, value: str) -> None:
    code = model.level_of(application.answers)
    if code:
        application.answers.levels = application.answers.levels | {code: value}
    await _next(turn, application)


async def _place_found(turn: Turn, application: Application, value: str) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    point = session.data.get(PLACE)
    if value == "yes" and point:
        application.answers.base = Point(*point)
    await _next(turn, application)


async def _service(turn: Turn, application: Application, value: str) -> None:
    a = application.answers
    if value == "done":
        a.services_done = bool(a.services)
    elif value not in a.services:
        a.services = [*a.services, value]
    await _next(turn, application)


async def _consent(turn: Turn, application: Application, value: str) -> None:
    """Without it nothing is taken: the draft waits, or is withdrawn."""
    if value == "yes":
        application.answers.consent_at = turn.work.now
        await _next(turn, application)
        return
    await turn.say("enrol.no_consent")


async def _documents_done(turn: Turn, application: Application, value: str) -> None:
    application.answers.documents_done = True
    await _next(turn, application)


async def _unlimited(turn: Turn, application: Application, value: str) -> None:
    application.answers.unlimited, application.answers.expiry = True, None
    await _next(turn, application)


async def _no_portrait(turn: Turn, application: Application, value: str) -> None:
    application.answers.portrait, application.answers.portrait_said = "", True
    await _next(turn, application)


async def _summary(turn: Turn, application: Application, value: str) -> None:
    if value == "send":
        await enrolment.submit(turn.work, application)
    elif value == "withdraw":
        await _withdraw(turn, application, value)
    else:
        await _ask_what(turn, application)


async def _ask_what(turn: Turn, application: Application) -> None:
    renewing = application.purpose is Purpose.RENEWAL
    steps = [s for s in Step if s not in (Step.LEVEL, Step.CONSENT, Step.REMARK)]
    asked = [s for s in steps if not renewing or s in (Step.DOCUMENT, Step.EXPIRY, Step.SELFIE)]
    choices = tuple(Choice(str(s), f"enrol_field.{s}", str(i)) for i, s in enumerate(asked, 1))
    await enrolment.ask(turn.work, application, "enrol.change", Message("enrol.change", choices=choices))


async def _change(turn: Turn, application: Application, value: str) -> None:
    await enrolment.clear(turn.work, application, Step(value))
    await _next(turn, application)


async def _withdraw(turn: Turn, application: Application, value: str) -> None:
    await enrolment.withdraw(turn.work, application)
    await turn.say("enrol.withdrawn")


_CHOSEN: Mapping[str, Callable[[Turn, Application, str], Awaitable[None]]] = {
    Step.SEX: _sex,
    Step.TRANSPORT: _transport,
    Step.LEVEL: _level,
    "base_found": _place_found,
    Step.SERVICES: _service,
    Step.CONSENT: _consent,
    Step.DOCUMENT: _documents_done,
    Step.EXPIRY: _unlimited,
    Step.PORTRAIT: _no_portrait,
    "summary": _summary,
    "change": _change,
    "waiting": _withdraw,
}


async def leave(turn: Turn) -> bool:
    """ "I no longer want to be an envoy": asked once more. False for whoever is none."""
    if await envoy.me(turn) is None:
        return False
    message = Message("enrol.leave", choices=enrolment.YES_NO)
    await turn.ask(message, "leave")
    return True


async def left(turn: Turn, question: Question, value: str) -> bool:
    """Yes: off duty for good, the papers go."""
    known = await envoy.me(turn)
    if known is None or not question.open:
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(question.id)
    if value == "yes":
        await vetting.leave(turn.work, known)
    await turn.say("enrol.left" if value == "yes" else "enrol.stayed")
    return True
