"""The doors a relative comes in by: a page, a Telegram link, a WeChat QR code; each opened by a token of its own."""

import hashlib
from dataclasses import dataclass

from backoffice.cases.model import Case, CaseStatus
from backoffice.families import model
from backoffice.families.model import Follower, FollowerId, FollowerStatus, FollowLink, LinkKind, Part
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import family_letters
from backoffice.workflows.work import Work

QR_SOURCE = "family-qr"
"""Where the pictures of QR codes come from, beside the channels (`Expected.expect`)."""
UNDER_WAY = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def mint(work: Work, follower: Follower, kind: LinkKind) -> str:
    """A fresh token for one door; only its hash stays here."""
    token = model.fresh_token(work.world.bits)
    await work.uow.families.add_link(FollowLink(digest(token), follower.id, kind, work.now))
    return token


async def page_link(work: Work, follower: Follower) -> str:
    return work.world.family.page(await mint(work, follower, LinkKind.WEB))


async def telegram_link(work: Work, follower: Follower) -> str:
    """Empty where the service has no bot's name."""
    if not work.world.family.bot.value:
        return ""
    return work.world.family.start(model.PREFIX + await mint(work, follower, LinkKind.TELEGRAM))


async def send_qr(work: Work, case: Case, follower: Follower, to: PersonId) -> None:
    """WeChat's QR code as a picture; the service draws a new one before the old one ends."""
    media = Media(work.new_id(), MediaKind.PHOTO, "family-qr.png", "image/png")
    await work.uow.media.expect(media, case.id, QR_SOURCE, follower.id)
    message = Message("family.qr", {"name": follower.name}, media=media)
    if follower.part is Part.PATIENT:
        message = Message("family.qr_patient", media=media)
    await work.tell(family_letters.to_family(case, to, message))
    await work.uow.deadlines.cancel(DeadlineKind.FAMILY_QR, follower.id)
    kind, due = DeadlineKind.FAMILY_QR, work.now + model.QR_RENEWED_AFTER
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, case.requester, follower.id, due))


async def renew_qr(work: Work, follower_id: FollowerId) -> None:
    """The code would end soon: whoever has not come yet gets a new one, through whoever invited them."""
    follower = await work.uow.families.get(follower_id)
    case = await work.uow.cases.get(follower.case)
    if follower.status is not FollowerStatus.INVITED or case.status not in UNDER_WAY or case.hidden:
        return
    if follower.invited_by == "traveller":
        await send_qr(work, case, follower, case.requester)
    else:
        await work.uow.desk.alert(Alert(0, work.now, "family_qr_ends", case.id, case.ref))
        work.uow.hint("queue")


@dataclass(frozen=True, slots=True)
class Opened:
    """A token that opens something: whose it is and of which case."""

    follower: Follower
    case: Case


async def find(work: Work, token: str) -> Opened | None:
    """Whose token this is, while it opens anything: a wrong one and an ended one look the same."""
    link = await work.uow.families.link(digest(token)) if model.is_token(token) else None
    if link is None:
        return None
    follower = await work.uow.families.get(link.follower)
    case = await work.uow.cases.get(follower.case)
    return Opened(follower, case) if model.alive(follower.live, case.closed_at, work.now) else None
