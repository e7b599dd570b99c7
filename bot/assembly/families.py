"""What families' matters are built from: SMS and e-mail, and pictures of QR codes."""

import io

import segno

from backoffice import ports
from backoffice.families import model
from backoffice.families.model import FollowerId, LinkKind
from backoffice.workflows import family_links, recognising
from backoffice.workflows.work import Work
from bot.assembly import notifiers
from bot.assembly.core import Core
from bot.channel import Channel, PermanentFailure
from bot.handlers.notices import NoticeChannel
from bot.handlers.wechat.outbound import WechatChannel
from storage.families import FamilyRows
from storage.policies import PolicyRows

SCALE = 8  # pixels of a module: a code of this size is read from another phone's screen


async def code_phone(core: Core, code: str) -> str:
    """The number a code for finding cover goes to; empty once it was used."""
    async with core.database.reading() as conn:
        return await PolicyRows(conn, core.vault, core.clock.now()).phone_of(code)


def channels(core: Core) -> dict[str, Channel]:
    """The one-way channels that are set up."""

    async def contact(follower: str) -> str:
        if follower.startswith(recognising.CODES):
            return await code_phone(core, follower.removeprefix(recognising.CODES))
        async with core.database.reading() as conn:
            return (await FamilyRows(conn, core.vault, core.clock.now()).get(FollowerId(follower))).contact

    found: dict[str, ports.Notifier | None] = {"sms": notifiers.sms(core), "email": notifiers.mail(core)}
    return {name: NoticeChannel(name, notifier, contact) for name, notifier in found.items() if notifier}


class QrCodes:
    """A source of files beside the channels (`bot.fetching.Source`): a QR code that follows an invitation."""

    def __init__(self, core: Core, wechat: WechatChannel | None) -> None:
        self._core = core
        self._wechat = wechat

    async def fetch(self, handle: str, limit: int) -> bytes:
        """PNG of a temporary code with the scene `f_<token>` (qrcode/create, QR_STR_SCENE, 30 days).

        The token is made here and known nowhere else. Raises the failures of `bot.channel`.
        """
        if self._wechat is None:
            raise PermanentFailure("wechat is off")
        scene = model.PREFIX + await self._mint(FollowerId(handle))
        body = {
            "expire_seconds": int(model.QR_LIVES.total_seconds()),
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        answer = await self._wechat.client.post("qrcode/create", data=body)
        picture = io.BytesIO()
        segno.make(str(answer["url"]), error="m").save(picture, kind="png", scale=SCALE, border=4)
        return picture.getvalue()

    async def _mint(self, follower_id: FollowerId) -> str:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            follower = await uow.families.get(follower_id)
            if not follower.live:
                raise PermanentFailure("nobody is invited")
            token = await family_links.mint(Work(uow, now, self._core.world), follower, LinkKind.QR)
            await uow.commit()
        return token
