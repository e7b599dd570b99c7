"""Becoming an envoy, the applicant's side: asked one thing at a time, left and resumed, seen whole, sent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from backoffice.enrolment import daytime, model, portrait
from backoffice.enrolment.model import (
    Application,
    ApplicationId,
    ApplicationStatus,
    Level,
    Purpose,
    Service,
    Sex,
    Step,
    Travel,
)
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.ids import DeadlineId
from backoffice.kernel.messages import Ask, Choice, Listing, Message, Param, Sentence, Term
from backoffice.people import phones
from backoffice.people.model import Person
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import portraits
from backoffice.workflows.work import Work

GOOD_FOR = timedelta(hours=1)
"""A question is open this long; whoever comes back later says that they want to go on."""
PIN_GOOD_FOR = timedelta(minutes=15)
"""A pin is taken for a base no longer than this: a later one may be a cry."""
DRAFT_KEPT = timedelta(days=90)
PAPERS_KEPT = timedelta(days=30)
"""After a refusal or an end, so that it can be talked about; then nothing of it is kept."""

LATER = Choice("skip", "button.later", "9")
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    Step.SEX: (
        Choice(Sex.FEMALE, "button.female", "1"),
        Choice(Sex.MALE, "button.male", "2"),
        Choice(Sex.UNSAID, "button.rather_not_say", "3"),
    ),
    Step.TRANSPORT: tuple(Choice(by, f"transport.{by}", str(i)) for i, by in enumerate(Travel, 1)),
    Step.LEVEL: tuple(Choice(level, f"level.{level}", str(i)) for i, level in enumerate(Level, 1)),
    Step.CONSENT: (Choice("yes", "button.agree", "1"), Choice("no", "button.no_thanks", "2")),
    Step.EXPIRY: (Choice("unlimited", "button.unlimited", "1"),),
    Step.PORTRAIT: (Choice("none", "button.portrait_none", "1"),),
}
SERVICES = tuple(Choice(kind, f"service_kind.{kind}", str(i)) for i, kind in enumerate(Service, 1))
DONE = Choice("done", "button.done", "1")
YES_NO = (Choice("yes", "button.yes", "1"), Choice("no", "button.no", "2"))
SUMMARY = (
    Choice("send", "button.send_application", "1"),
    Choice("change", "button.change", "2"),
    Choice("withdraw", "button.withdraw", "3"),
)
ASKS = {Step.BASE: Ask.LOCATION, Step.PHONE: Ask.CONTACT}


async def begin(work: Work, person: Person, at: Address, purpose: Purpose = Purpose.FIRST) -> Application:
    """A new draft, bound to the chat it is written in."""
    new = ApplicationId(work.new_id())
    application = Application(new, person.id, at, work.now, purpose)
    await work.uow.enrolments.add(application)
    await keep_until(work, application, work.now + DRAFT_KEPT)
    return application


async def keep_until(work: Work, application: Application, due: datetime) -> None:
    """What was told does not outlive its use: a deadline ends it."""
    kind = DeadlineKind.APPLICATION_OLD
    await work.uow.deadlines.cancel(kind, application.id)
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, application.person, application.id, due))


async def go_on(work: Work, application: Application, before: Sentence | None = None) -> None:
    """Ask for the first thing missing; with nothing missing show everything before it is sent."""
    steps = model.missing(application)
    message = _question(work, application, steps[0]) if steps else summary(work, application)
    kind = f"enrol.{steps[0]}" if steps else "enrol.summary"
    application.asking = str(steps[0]) if steps else "summary"
    await work.uow.enrolments.save(application)
    if before:
        more = (Sentence(message.key, message.params), *message.more)
        message = replace(message, key=before.key, params=before.params, more=more)
    await ask(work, application, kind, message)


async def ask(work: Work, application: Application, kind: str, message: Message) -> None:
    """One question of an application is open at a time."""
    await work.uow.talk.close_about(application.id)
    until = work.now + (PIN_GOOD_FOR if message.ask is Ask.LOCATION else GOOD_FOR)
    await work.ask(NewLetter(application.person, message), kind, application.id, until)


def _question(work: Work, application: Application, step: Step) -> Message:
    choices = _choices(application, step)
    if choices and step is not Step.SERVICES:
        choices = (*choices, LATER)
    special = _SPECIAL.get(step)
    if special:
        return replace(special(application), choices=choices or (LATER,))
    return Message(f"enrol.{step}", choices=choices or (LATER,), ask=ASKS.get(step))


def _choices(application: Application, step: Step) -> tuple[Choice, ...]:
    a = application.answers
    if step is Step.SERVICES:
        left = tuple(c for c in SERVICES if c.value not in a.services)
        done = (Choice("done", "button.done", "20"),) if a.services else ()
        return (*left, *done, replace(LATER, digit="99"))
    if step is Step.DOCUMENT and a.documents:
        return (DONE,)
    return CHOICES.get(step, ())


def _level(application: Application) -> Message:
    code = model.level_of(application.answers)
    return Message("enrol.level", {"language": Term(f"language.{code}")})


def _services(application: Application) -> Message:
    chosen = application.answers.services
    if not chosen:
        return Message("enrol.services")
    return Message("enrol.services_more", {"services": services(chosen)})


def _document(application: Application) -> Message:
    return Message("enrol.document_more" if application.answers.documents else "enrol.document")


def _remark(application: Application) -> Message:
    return Message("enrol.remark")


_SPECIAL: Mapping[Step, Callable[[Application], Message]] = {
    Step.LEVEL: _level,
    Step.SERVICES: _services,
    Step.DOCUMENT: _document,
    Step.REMARK: _remark,
}


def services(chosen: list[str]) -> Listing:
    return Listing(tuple(Term(f"service_kind.{kind}") for kind in chosen))


def summary(work: Work, application: Application) -> Message:
    """Everything that will be sent, before it is."""
    choices = (*SUMMARY, LATER)
    return Message("enrol.summary", choices=choices, more=tuple(lines(work, application)))


def lines(work: Work, application: Application) -> list[Sentence]:
    """What was told, a line for each step that was asked."""
    told: list[tuple[Term, Param]] = []
    if application.purpose is Purpose.FIRST:
        told += _about_them(work, application)
    a = application.answers
    shown = Term("enrol.portrait_given" if a.portrait else "enrol.portrait_none")
    until: Param = a.expiry.isoformat() if a.expiry else Term("enrol.unlimited")
    papers = ((Step.DOCUMENT, len(a.documents)), (Step.EXPIRY, until), (Step.SELFIE, len(a.selfies)))
    told += [(Term(f"enrol_field.{step}"), value) for step, value in papers]
    told += [(Term(f"enrol_field.{Step.PORTRAIT}"), shown)] if application.purpose is Purpose.FIRST else []
    return [Sentence("enrol.line", {"field": field, "value": value}) for field, value in told]


def _about_them(work: Work, application: Application) -> list[tuple[Term, Param]]:
    """Each language stands on a line of its own, with its level."""
    a = application.answers
    spoken: list[tuple[Term, Param]] = [
        (Term(f"language.{code}"), Term(f"level.{a.levels[code]}"))
        for code in a.languages
        if code in a.levels
    ]
    base: Param = work.world.places.describe(a.base) if a.base else ""
    return [
        (Term(f"enrol_field.{Step.NAME}"), a.name),
        (Term(f"enrol_field.{Step.SEX}"), Term(f"sex.{a.sex or Sex.UNSAID}")),
        *spoken,
        (Term(f"enrol_field.{Step.BASE}"), base),
        *([(Term(f"enrol_field.{Step.TRANSPORT}"), Term(f"transport.{a.transport}"))] if a.transport else []),
        (Term(f"enrol_field.{Step.SERVICES}"), services(a.services)),
        (Term(f"enrol_field.{Step.PHONE}"), a.phone),
    ]


async def submit(work: Work, application: Application) -> None:
    """To the centre; an operator sees it, the applicant what happens next."""
    model.submit(application, work.now)
    await work.uow.enrolments.save(application)
    await work.uow.deadlines.cancel(DeadlineKind.APPLICATION_OLD, application.id)
    await work.uow.talk.close_about(application.id)
    await work.uow.desk.alert(Alert(0, work.now, "application", None, application.answers.name))
    work.uow.hint("queue")
    await tell(work, application, Message("enrol.submitted"))


async def tell(
    work: Work, application: Application, message: Message, not_before: datetime | None = None
) -> None:
    await work.tell(NewLetter(application.person, message, not_before=not_before))


async def clear(work: Work, application: Application, step: Step) -> None:
    """One answer is asked for again; a portrait that was given is deleted."""
    if step is Step.PORTRAIT:
        await work.uow.enrolments.forget_files(portrait.files(application.answers.portrait))
    model.clear(application, step)


async def withdraw(work: Work, application: Application) -> None:
    """By the applicant's word: nothing of it is kept but that there was one."""
    application.move(ApplicationStatus.WITHDRAWN)
    await forget(work, application)
    await work.uow.talk.close_about(application.id)


async def forget(work: Work, application: Application) -> None:
    """Answers and photos go; the row stays, so that a decision can be told from silence."""
    await work.uow.enrolments.forget_files(application.answers.photos)
    application.answers, application.asking, application.wanted = model.Answers(), "", []
    await work.uow.enrolments.save(application)
    await work.uow.deadlines.cancel(DeadlineKind.APPLICATION_OLD, application.id)


async def grown_old(work: Work, application: Application) -> None:
    """Nobody went on with it, or its time to be kept is over. Nobody is written to: it was theirs to go on."""
    if application.status in model.OPEN:
        application.move(ApplicationStatus.EXPIRED)
    elif application.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED):
        return
    await work.uow.talk.close_about(application.id)
    await forget(work, application)
    others = await work.uow.enrolments.of_person(application.person)
    if not any(other.live or other.status is ApplicationStatus.APPROVED for other in others):
        await portraits.forget(work, application.person)


def phone_of(application: Application, work: Work, words: str) -> str | None:
    """A number typed, read as people write it where they live; E.164."""
    base = application.answers.base
    region = work.world.places.describe(base).country if base else None
    return phones.parse(words, region or None)


def zone_of(work: Work, application: Application) -> str:
    base = application.answers.base
    return work.world.places.time_zone(base) if base else "Asia/Shanghai"


def is_over(work: Work, application: Application) -> bool:
    """The document's last day has passed where the envoy lives."""
    until = application.answers.expiry
    return until is not None and until < daytime.today(work.now, zone_of(work, application))
