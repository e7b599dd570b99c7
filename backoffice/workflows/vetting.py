"""Becoming an envoy, the centre's side: approve, ask for more, refuse; and papers that run out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from backoffice.dispatch.model import Envoy
from backoffice.dispatch.travel import Transport
from backoffice.enrolment import daytime
from backoffice.enrolment.model import Application, ApplicationId, ApplicationStatus, Purpose, Sex, Step
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import DeadlineId, EnvoyId, PersonId
from backoffice.kernel.messages import Message, Role, Speaker
from backoffice.ports import Alert, Deadline, DeadlineKind, Operator
from backoffice.workflows import duty, enrolment, portraits
from backoffice.workflows.work import Work

REMIND_BEFORE = (timedelta(days=30), timedelta(days=7))
"""Before a document's last day the envoy is asked for a new one, by day."""
WORDS_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about which application, with which words to the applicant."""

    application: ApplicationId
    operator: Operator
    words: str = ""


async def approve(work: Work, decision: Decision, expiry: date | None = None) -> Envoy:
    """The applicant becomes an envoy, off duty, bound to the person behind the chat that applied.

    `expiry` corrects what the applicant said about the document's last day.
    """
    application = await _waiting(work, decision)
    if expiry:
        application.answers.expiry, application.answers.unlimited = expiry, False
    if enrolment.is_over(work, application):
        raise Refusal("centre.document_over")
    await _bound(work, application)
    await _portrait(work, application)
    await _decide(work, application, decision, ApplicationStatus.APPROVED)
    envoy = await _envoy(work, application)
    await _earlier_end(work, application)
    await watch_document(work, application)
    await duty.settle(work, envoy)
    key = "enrol.renewed" if application.purpose is Purpose.RENEWAL else "enrol.approved"
    await enrolment.tell(work, application, Message(key))
    return envoy


async def _waiting(work: Work, decision: Decision) -> Application:
    application = await work.uow.enrolments.get(decision.application)
    if application.status is not ApplicationStatus.SUBMITTED:
        raise Refusal("centre.application_decided")
    return application


async def _bound(work: Work, application: Application) -> None:
    """The chat that applied still belongs to the applicant; nobody is made an envoy by an id."""
    person = await work.uow.people.at(application.applied_at)
    if person is None or person.id != application.person:
        raise Refusal("centre.chat_gone")


async def _portrait(work: Work, application: Application) -> None:
    """It is the envoy's from here, and no paper of the application that goes when that grows old."""
    if application.answers.portrait:
        await portraits.hand_on(work, application.person, application.answers.portrait)
        application.answers.portrait = ""


async def _decide(work: Work, application: Application, decision: Decision, to: ApplicationStatus) -> None:
    application.move(to)
    application.decided_at, application.words = work.now, decision.words
    application.decided_by, application.decided_by_name = decision.operator.id, decision.operator.name
    await work.uow.enrolments.save(application)
    await work.uow.talk.close_about(application.id)
    await work.uow.staff.audit(work.now, decision.operator.id, f"application.{to}", application.id)
    work.uow.hint("queue")


async def _envoy(work: Work, application: Application) -> Envoy:
    """Their record, new or brought up to date."""
    known = await work.uow.envoys.of_person(application.person)
    if known and application.purpose is Purpose.RENEWAL:
        return known
    a = application.answers
    if a.base is None:
        raise Refusal("enrol.not_complete")
    new = EnvoyId(work.new_id())
    envoy = known or Envoy(new, application.person, "", [], [], a.base, on_duty=False)
    envoy.name, envoy.languages, envoy.services, envoy.base = (
        a.name,
        list(a.languages),
        list(a.services),
        a.base,
    )
    envoy.phone, envoy.sex = a.phone, "" if a.sex == Sex.UNSAID else a.sex
    await (work.uow.envoys.save(envoy) if known else work.uow.envoys.add(envoy))
    if a.transport:
        await work.uow.standings.set_transport(envoy.id, Transport(a.transport))
    work.uow.hint(f"envoy:{envoy.id}")
    return envoy


async def _earlier_end(work: Work, application: Application) -> None:
    """Papers approved before are replaced by these."""
    for earlier in await work.uow.enrolments.of_person(application.person):
        if earlier.id != application.id and earlier.status is ApplicationStatus.APPROVED:
            earlier.move(ApplicationStatus.EXPIRED)
            await work.uow.enrolments.save(earlier)
            await work.uow.deadlines.cancel(DeadlineKind.DOCUMENT, earlier.id)
            await enrolment.keep_until(work, earlier, work.now + enrolment.PAPERS_KEPT)


async def want_more(work: Work, decision: Decision, steps: Sequence[Step]) -> None:
    """Back to the applicant with the operator's words; `steps` are asked again, without any a free answer is."""
    application = await _waiting(work, decision)
    _need_words(decision)
    for step in steps:
        await enrolment.clear(work, application, step)
    application.answers.remark = ""
    application.wanted = [str(s) for s in steps] or [Step.REMARK]
    await _decide(work, application, decision, ApplicationStatus.MORE_WANTED)
    await enrolment.keep_until(work, application, work.now + enrolment.DRAFT_KEPT)
    await _say(work, application, decision, Message("enrol.more_wanted", {"words": decision.words.strip()}))
    await enrolment.go_on(work, application)


def _need_words(decision: Decision) -> None:
    if not decision.words.strip() or len(decision.words) > WORDS_LIMIT:
        raise Refusal("centre.words_wanted", 400)


async def _say(work: Work, application: Application, decision: Decision, message: Message) -> None:
    """The decision, with the name of who decided."""
    speaker = Speaker(Role.OPERATOR, decision.operator.name)
    await enrolment.tell(work, application, replace(message, speaker=speaker))


async def refuse(work: Work, decision: Decision) -> None:
    """No, with the reason; what was told is kept for a while, so that it can be talked about."""
    application = await _waiting(work, decision)
    _need_words(decision)
    await _decide(work, application, decision, ApplicationStatus.REFUSED)
    await enrolment.keep_until(work, application, work.now + enrolment.PAPERS_KEPT)
    await _say(work, application, decision, Message("enrol.refused", {"words": decision.words.strip()}))


async def watch_document(work: Work, application: Application) -> None:
    """Arm the next thing that happens because of the document's last day: a reminder by day, or its end."""
    await work.uow.deadlines.cancel(DeadlineKind.DOCUMENT, application.id)
    until = application.answers.expiry
    if until is None:
        return
    zone = enrolment.zone_of(work, application)
    end = daytime.at(until + timedelta(days=1), time(), zone)
    asked = [daytime.at(until - before, daytime.MORNING, zone) for before in REMIND_BEFORE]
    due = next((at for at in asked if at > work.now), end)
    kind, new = DeadlineKind.DOCUMENT, DeadlineId(work.new_id())
    await work.arm(Deadline(new, kind, application.person, application.id, due))


async def document_due(work: Work, application: Application) -> None:
    """A reminder, or the end: who has no good papers gets no work."""
    if application.status is not ApplicationStatus.APPROVED or application.answers.expiry is None:
        return
    if enrolment.is_over(work, application):
        await _document_over(work, application, application.answers.expiry)
        return
    renewing = await work.uow.enrolments.live_of(application.person)
    if renewing is None or renewing.status is not ApplicationStatus.SUBMITTED:
        message = Message("enrol.document_soon", {"day": application.answers.expiry.isoformat()})
        await _by_day(work, application, message)
    await watch_document(work, application)


async def _by_day(work: Work, application: Application, message: Message) -> None:
    """By day there: people off duty are written to about their papers, but not at night."""
    when = daytime.by_day(work.now, enrolment.zone_of(work, application))
    await enrolment.tell(work, application, message, when if when > work.now else None)


async def _document_over(work: Work, application: Application, day: date) -> None:
    application.move(ApplicationStatus.EXPIRED)
    await work.uow.enrolments.save(application)
    await enrolment.keep_until(work, application, work.now + enrolment.PAPERS_KEPT)
    envoy = await work.uow.envoys.of_person(application.person)
    if envoy:
        await duty.stop(work, envoy)
    await work.uow.desk.alert(Alert(0, work.now, "document_over", None, application.answers.name))
    work.uow.hint("queue")
    await _by_day(work, application, Message("enrol.document_over", {"day": day.isoformat()}))


async def leave(work: Work, envoy: Envoy) -> None:
    """The envoy no longer wants to be one: off duty for good, their papers go."""
    for application in await work.uow.enrolments.of_person(envoy.person):
        if application.status is ApplicationStatus.APPROVED:
            await work.uow.deadlines.cancel(DeadlineKind.DOCUMENT, application.id)
            await enrolment.withdraw(work, application)
    await portraits.forget(work, envoy.person)
    await duty.stop(work, envoy)
    await work.uow.desk.alert(Alert(0, work.now, "envoy_left", None, envoy.name))
    work.uow.hint("queue")


async def erased(work: Work, person: PersonId) -> None:
    """They have everything about them erased: an application is withdrawn, and without papers nobody is an envoy."""
    await portraits.forget(work, person)
    live = await work.uow.enrolments.live_of(person)
    if live:
        await enrolment.withdraw(work, live)
    envoy = await work.uow.envoys.of_person(person)
    if envoy and await approved_of(work, person):
        await leave(work, envoy)


async def approved_of(work: Work, person: PersonId) -> Application | None:
    found = await work.uow.enrolments.of_person(person)
    return next((a for a in found if a.status is ApplicationStatus.APPROVED), None)
