"""A console over real storage, with people, cases and words as an ordinary evening has them."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from backoffice import ports
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.adapters.voices import FfmpegVoices
from backoffice.cases.model import Audience, Case, CaseStatus, Entry, Event, Hurt, Kind, Origin, Verified
from backoffice.console import tokens
from backoffice.console.deps import ConsoleDeps
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.enrolment.model import Answers, Application, ApplicationId, ApplicationStatus
from backoffice.kernel import ids
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, MediaId, OperatorId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message, Role, Speaker
from backoffice.oncall.model import OnCall, Reach, Sent, WayKind
from backoffice.people.model import EmergencyContact, Person, Profile
from backoffice.ports import Operator, OperatorRole
from backoffice.ports.translating import Translator, Wanted
from backoffice.workflows.work import SosRules, Work, World
from storage.centre_reads import SqlCentreQueries
from storage.desk_view import SqlDeskQueries
from storage.engine import Database
from storage.media import FileMedia
from storage.queries import SqlQueries
from storage.shop_reads import SqlShopQueries
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from storage.wall_view import SqlWall
from tests.backoffice.console import remembered
from tests.clocks import FakeClock
from tests.decoding import InProcess

BANGKOK = Point(13.7420, 100.5560)
HANOI = Point(21.0285, 105.8542)
MACAU = Point(22.1987, 113.5439)
GAZETTEER = Gazetteer()
RULES = SosRules(
    countdown=timedelta(seconds=5),
    radii_m=(20_000, 40_000),
    widen_after=timedelta(seconds=60),
    late_after=timedelta(minutes=10),
    wave_size=30,
    wave_gap=timedelta(seconds=10),
    acknowledge=(timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)),
    promise=timedelta(minutes=10),
    last_known=timedelta(minutes=30),
)


class Words:
    """The message's key and its words: what a catalogue would say is not this module's business."""

    def text(self, message: Message, locale: str, zone: str = "UTC") -> str:
        return str(message.params.get("text", f"[{message.key}]"))


class Mirror:
    """A translator that shows what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Wanted] = []

    async def translate(self, wanted: Wanted) -> list[str]:
        self.asked.append(wanted)
        return [f"<{wanted.target}> {text}" for text in wanted.texts]


class NoIndex:
    """Nobody is near: searching is another test's business."""

    def upsert(self, envoy: EnvoyId, lat: float, lon: float, at: float) -> None: ...
    def remove(self, envoy: EnvoyId) -> None: ...
    def within(self, lat: float, lon: float, radius_m: float) -> list[tuple[str, float]]:
        return []

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> list[tuple[str, float]]:
        return []


@dataclass
class Evening:
    """The world of a test and its handles."""

    database: Database
    vault: Vault
    store: SqlStore
    bus: ports.Bus
    clock: FakeClock
    bits: ids.Bits
    media: FileMedia
    files: Path | None = None
    """Where `media` lies; a world is remembered only with it."""
    public_url: str = "http://127.0.0.1"
    translator: Translator | None = field(default_factory=Mirror)
    still: bool = False
    """Actions of the page reach the workflows' door and stop there: for tests of who may."""

    async def from_page(self, action: Callable[[Work], Awaitable[None]], case: str | None) -> None:
        if not self.still:
            await self.act(action, case)

    async def look(self, action: Callable[[Work], Awaitable[None]]) -> None:
        now = self.clock.now()
        async with self.store.begin(now) as uow:
            await action(Work(uow, now, self.world))

    @property
    def world(self) -> World:
        return World(RULES, GAZETTEER, NoIndex(), self.bits, {})

    async def act(self, action: Callable[[Work], Awaitable[None]], case: str | None = None) -> None:
        """`deps.Actions` without the locks of several processes."""
        now = self.clock.now()
        async with self.store.begin(now) as uow:
            await action(Work(uow, now, self.world))
            await uow.commit()

    def deps(self) -> ConsoleDeps:
        return ConsoleDeps(
            store=self.store,
            queries=SqlQueries(self.database, self.vault),
            actions=self.from_page,
            looks=self.look,
            media=self.media,
            photos=InProcess(),
            places=GAZETTEER,
            words=Words(),
            bus=self.bus,
            clock=self.clock,
            bits=self.bits,
            public_url=self.public_url,
            page_test=self.page_test,
            shop=SqlShopQueries(self.database, self.vault),
            centre=SqlCentreQueries(self.database, self.vault),
            paper=self.paper,
            desk=SqlDeskQueries(self.database, self.vault),
            voices=FfmpegVoices(),
            translator=self.translator,
            wall=SqlWall(self.database),
        )

    async def paper(self, handle: str) -> bytes:
        """A paper that names its handle: drawing is another test's business."""
        return f"%PDF-1.4 {handle}".encode()

    async def page_test(self, person: OnCall) -> list[Sent]:
        """Nobody is woken from here."""
        return []

    async def on_call(self, name: str = "文静") -> OnCall:
        """Somebody a centre may wake."""
        made = OnCall("oc-1", "北京", 1, name, (Reach(WayKind.SMS, "+8613800138000"),))
        await self.act(lambda work: work.uow.on_call.put(made))
        return made

    async def operator(self, name: str, role: OperatorRole) -> Operator:
        made = Operator(OperatorId(f"op-{name}"), name, role)

        async def add(work: Work) -> None:
            await work.uow.staff.add(made)

        await self.act(add)
        return made

    async def link(self, operator: Operator, lives: timedelta = tokens.LINK_LIVES) -> str:
        """A one-time sign-in link's token, as `add-operator` prints it."""
        token = tokens.fresh(self.bits)

        async def add(work: Work) -> None:
            await work.uow.staff.add_link(tokens.digest(token), operator.id, work.now + lives)

        await self.act(add)
        return token

    async def session(self, operator: Operator) -> tuple[str, str]:
        """A session that exists already: cookie token and CSRF token."""
        token, csrf = tokens.fresh(self.bits), tokens.fresh(self.bits)

        async def add(work: Work) -> None:
            await work.uow.staff.open_session(tokens.digest(token), operator.id, csrf, work.now)

        await self.act(add)
        return token, csrf

    async def person(self, name: str, at: Address, **profile: Any) -> Person:
        made = Person(PersonId(f"p-{at.address}"), "zh_Hans", self.clock.now())
        made.profile = Profile(name=name, **profile)

        async def add(work: Work) -> None:
            await work.uow.people.add(made, at)
            if at.channel == "wechat":
                await work.uow.windows.refill(at.address, 5, work.now + timedelta(hours=48), work.now)  # type: ignore[attr-defined]

        await self.act(add)
        return made

    async def case(self, ref: str, person: Person, **changes: Any) -> Case:
        """An open case that rings, unless said otherwise. Its id is `case-<ref>`."""
        now = self.clock.now()
        point = changes.pop("point", BANGKOK)
        made: dict[str, Any] = {
            "status": CaseStatus.OPEN,
            "dispatched_at": now,
            "rang_at": now,
            "fix": fix(point, now) if point else None,
            "place": GAZETTEER.describe(point) if point else None,
        }
        head = (CaseId(f"case-{ref}"), ref, person.id, Origin.PIN, now, now)
        case = Case(*head, **(made | changes))

        async def add(work: Work) -> None:
            await work.uow.cases.add(case)
            if case.fix:
                await work.uow.cases.add_fix(case.id, case.fix)

        await self.act(add)
        return case

    async def envoy(self, name: str, at: Address, base: Point, **changes: Any) -> Envoy:
        person = await self.person(name, at)
        made = Envoy(EnvoyId(f"e-{at.address}"), person.id, name, ["zh", "th"], ["escort"], base, True)
        made = replace(made, **changes)

        async def add(work: Work) -> None:
            await work.uow.envoys.add(made)

        await self.act(add)
        return made

    async def asked(self, case: Case, envoy: Envoy, metres: float, **changes: Any) -> Assignment:
        made: dict[str, Any] = {
            "wave": 1,
            "ring_km": 20.0,
            "distance_m": metres,
            "from_base": envoy.position is None,
            "reasons": {"fix_age_s": 240, "arrival_s": 105 + metres / 8},
        }
        key = AssignmentId(f"a-{case.ref}-{envoy.id}")
        assignment = Assignment(key, case.id, envoy.id, self.clock.now(), **(made | changes))

        async def add(work: Work) -> None:
            await work.uow.assignments.add(assignment)

        await self.act(add)
        return assignment

    async def said(self, case: Case, role: Role, author: str, name: str, text: str, **more: Any) -> int:
        entry = Entry(case.id, self.clock.now(), role, author, name, text, **more)
        numbers: list[int] = []

        async def add(work: Work) -> None:
            numbers.append(await work.uow.cases.add_entry(entry))

        await self.act(add)
        return numbers[0]

    async def told(self, case: Case, to: PersonId, message: Message, entry: int = 0) -> None:
        async def add(work: Work) -> None:
            await work.uow.outbox.put(NewLetter(to, message, case=case.id, entry=entry))

        await self.act(add)

    async def happened(self, case: Case, actor: str, what: str, **params: Any) -> None:
        async def add(work: Work) -> None:
            await work.uow.cases.add_event(Event(case.id, work.now, actor, what, params))

        await self.act(add)

    async def file(self, case: Case, media: MediaId, body: bytes) -> None:
        await self.media.put(case.id, media, body)

    async def waits(
        self, person: Person, text: str, case: Case | None = None, photo: MediaId | None = None
    ) -> int:
        media = Media(photo, MediaKind.PHOTO) if photo else None
        item = ports.QueueItem(0, person.id, self.clock.now(), text, media=media)
        if case:
            item = replace(item, after_ref=case.ref, case=case.id)
        numbers: list[int] = []

        async def add(work: Work) -> None:
            numbers.append(await work.uow.desk.queue(item))

        await self.act(add)
        return numbers[0]

    async def alarm(self, kind: str, case: Case | None, text: str) -> int:
        numbers: list[int] = []

        async def add(work: Work) -> None:
            alert = ports.Alert(0, work.now, kind, case.id if case else None, text)
            numbers.append(await work.uow.desk.alert(alert))

        await self.act(add)
        return numbers[0]


def fix(point: Point, at: Any, **changes: Any) -> Fix:
    raw = RawPoint(point.lat, point.lon, Datum.WGS84)
    return replace(Fix(point, raw, Source.WECHAT_PIN, at, 35.0), **changes)


def photo(width: int = 640, height: int = 420) -> bytes:
    """A picture of a street, good enough to look at."""
    picture = Image.new("RGB", (width, height), "#b9c4cc")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 0.6, width, height), fill="#5b5f63")
    draw.polygon(
        [(0, height), (width * 0.4, height * 0.6), (width * 0.6, height * 0.6), (width, height)],
        fill="#44484c",
    )
    draw.rectangle((width * 0.55, height * 0.45, width * 0.8, height * 0.72), fill="#b23a2e")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True)
class Cast:
    """Who and what the busy evening has."""

    lin: Operator
    chen: Operator
    cases: dict[str, Case]


@remembered.once
async def busy(e: Evening) -> Cast:
    """Two calls ring, three cases run, one is under duress, one closed; an envoy is on the way."""
    lin = await e.operator("林晓", OperatorRole.OPERATOR)
    chen = await e.operator("陈立", OperatorRole.SUPERVISOR)
    cases = await _running(e, lin)
    cases |= await _odd_ones(e, lin)
    e.clock.advance(240)
    cases |= await _new_ones(e)
    e.clock.advance(23)
    return Cast(lin, chen, cases)


async def applied(e: Evening, **changes: Any) -> Application:
    """Somebody waits to be vetted as an envoy, with a photo of their papers."""
    ning = await e.person("宁静", Address("telegram", "777"))
    answers = Answers(
        name="宁静", sex="female", languages=["zh", "th"], levels={"zh": "native", "th": "fluent"},
        base=BANGKOK, services=["interpret"], services_done=True, phone="+66812345678",
        consent_at=e.clock.now(), documents=[MediaId("m-paper")], documents_done=True,
        expiry=date(2030, 5, 1), selfies=[MediaId("m-self")],
    )  # fmt: skip
    made = Application(
        ApplicationId("app-1"), ning.id, Address("telegram", "777"), e.clock.now(),
        status=ApplicationStatus.SUBMITTED, answers=answers, submitted_at=e.clock.now(),
    )  # fmt: skip
    for name, value in changes.items():
        setattr(made, name, value)
    await e.act(lambda work: work.uow.enrolments.add(made))
    for media in ("m-paper", "m-self"):
        await e.media.put(None, MediaId(media), photo(), ning.id)
    return made


async def _running(e: Evening, lin: Operator) -> dict[str, Case]:
    song = await e.person(
        "宋佳怡",
        Address("wechat", "oSong"),
        call_me="宋女士",
        phone="+8613800138000",
        languages=["zh", "en"],
        nationality="CN",
        blood_group="O+",
        allergies="青霉素",
        contacts=[EmergencyContact("宋建国", "+8613900139000", "父亲")],
    )
    case = await e.case("7K3F", song, kind=Kind.ACCIDENT, hurt=Hurt.YES, searching=True)
    await e.happened(case, "traveller", "case.started", origin="pin")
    await e.happened(case, "system", "case.countdown_over")
    await e.happened(case, "system", "case.dispatched")
    await e.told(
        case,
        song.id,
        Message(
            "sos.dispatched",
            {"text": "已呼救，编号 7K3F。已叫醒指挥中心，已询问附近 6 位星使。请留在安全处。"},
        ),
    )
    working = await _envoys_of(e, case)
    await e.happened(case, "system", "dispatch.wave", wave=1, asked=6, ring_km=20.0)
    e.clock.advance(9)
    await _taken(e, case, lin)
    await _talk(e, case, song, lin, working)
    return {"7K3F": case}


async def _envoys_of(e: Evening, case: Case) -> Envoy:
    spots = [(0.021, 0.014), (0.05, -0.03), (-0.04, 0.05), (0.08, 0.06), (-0.09, -0.05), (0.11, -0.02)]
    names = ["Somchai Rattana", "李敏", "王磊", "Ploy Suk", "张伟", "Niran Chai"]
    first: Envoy | None = None
    for number, (name, (dlat, dlon)) in enumerate(zip(names, spots, strict=True)):
        at = Point(BANGKOK.lat + dlat, BANGKOK.lon + dlon)
        fresh = {"position": at, "position_at": e.clock.now()} if number % 3 != 2 else {}
        envoy = await e.envoy(name, Address("telegram", f"90{number}"), at, phone="+66812345678", **fresh)
        metres = (dlat**2 + dlon**2) ** 0.5 * 111_000
        status = AssignmentStatus.UNDER_WAY if number == 0 else AssignmentStatus.ASKED
        status = AssignmentStatus.DECLINED if number == 3 else status
        await e.asked(case, envoy, metres, status=status, code_word="山茶" if number == 0 else "")
        await e.told(
            case,
            envoy.person,
            Message(
                "offer",
                {
                    "text": "【SOS】约 3–5 公里，A12 格，刚刚。中文/泰语。回复 1 接单，0 不便。接单后给出准确位置。"
                },
            ),
        )
        first = first or envoy
    assert first is not None
    return first


async def _taken(e: Evening, case: Case, by: Operator) -> None:
    async def take(work: Work) -> None:
        found = await work.uow.cases.get(case.id)
        found.owner, found.owner_name, found.owned_at, found.answered_at = by.id, by.name, work.now, work.now
        found.promised_at = work.now + timedelta(minutes=12)
        await work.uow.cases.save(found)

    await e.act(take)
    await e.happened(case, f"operator:{by.id}", "centre.taken", name=by.name)


async def _talk(e: Evening, case: Case, song: Person, lin: Operator, envoy: Envoy) -> None:
    traveller = Speaker(Role.TRAVELLER, "宋女士")
    e.clock.advance(20)
    await e.said(case, Role.TRAVELLER, song.id, "宋女士", "摩托车撞了我们的突突车，我先生的腿动不了，流血。")
    e.clock.advance(14)
    shown = MediaId("m-street")
    await e.file(case, shown, photo())
    await e.said(
        case,
        Role.TRAVELLER,
        song.id,
        "宋女士",
        "",
        media=Media(shown, MediaKind.PHOTO, "a.jpg", "image/jpeg", 40_000),
    )
    e.clock.advance(11)
    n = await e.said(
        case,
        Role.OPERATOR,
        lin.id,
        lin.name,
        "我是指挥中心林晓。请压住伤口上方，不要移动他的腿。救护车 1669 已经联系，星使 Somchai 正在过来。",
    )
    await e.told(
        case, song.id, Message("relay.text", {"text": "…"}, speaker=Speaker(Role.OPERATOR, lin.name)), n
    )
    e.clock.advance(18)
    await e.said(
        case,
        Role.OPERATOR,
        lin.id,
        lin.name,
        "血型 O+，青霉素过敏，已告知救护车。保险：平安境外险，待核。",
        audience=Audience.STAFF,
    )
    e.clock.advance(25)
    n = await e.said(
        case, Role.ENVOY, envoy.id, envoy.name, "我在路上，大约 9 分钟到。请问是在商场正门还是后门？"
    )
    await e.told(case, song.id, Message("relay.text", {"text": "…"}, speaker=traveller), n)
    await e.happened(case, f"envoy:{envoy.id}", "dispatch.accepted", name=envoy.name)
    await e.happened(case, f"envoy:{envoy.id}", "job.under_way")
    e.clock.advance(16)
    await e.said(case, Role.TRAVELLER, song.id, "宋女士", "正门，7-11 旁边。")


async def _odd_ones(e: Evening, lin: Operator) -> dict[str, Case]:
    he = await e.person("何志强", Address("telegram", "300"), phone="+84912345678")
    watched = await e.case("Q8DN", he, point=HANOI, kind=Kind.CRIME, duress=True)
    zhao = await e.person("赵敏", Address("wechat", "oZhao"))
    fixed = fix(MACAU, e.clock.now(), ambiguous=True, alternative=Point(22.1957, 113.5491), accuracy_m=700.0)
    unclear = await e.case("M4TR", zhao, point=MACAU, fix=fixed, kind=Kind.LOST, verified=Verified.NO_NUMBER)
    await _taken(e, unclear, lin)
    await _taken(e, watched, lin)
    drill_person = await e.person("演练", Address("loopback", "drill"))
    drill = await e.case("DR22", drill_person, drill=True, kind=Kind.ILLNESS, verified=Verified.VERIFIED)
    await _taken(e, drill, lin)
    wu = await e.person("吴芳", Address("wechat", "oWu"), phone="+8613700137000")
    closed = await e.case("2HVX", wu, kind=Kind.ILLNESS, status=CaseStatus.CLOSED, closed_at=e.clock.now())
    await e.waits(wu, "谢谢你们，刚才忘记问：医院的收据要怎么交给保险？", closed, MediaId("m-street"))
    li = await e.person("", Address("telegram", "411"))
    await e.waits(li, "Hello, is somebody there? I lost my group at the temple.")
    await e.alarm("envoy_withdrew", unclear, unclear.ref)
    await e.alarm("channel_down", None, "telegram: 429, 12 s")
    return {"Q8DN": watched, "M4TR": unclear, "DR22": drill, "2HVX": closed}


async def _new_ones(e: Evening) -> dict[str, Case]:
    sun = await e.person("孙倩", Address("wechat", "oSun"))
    rings = await e.case("K9BP", sun, point=HANOI)
    e.clock.advance(8)
    zhou = await e.person("周宁", Address("telegram", "555"))
    late = {"late": True, "true_at": e.clock.now() - timedelta(minutes=42)}
    nowhere = await e.case("5WXE", zhou, point=None, hurt=Hurt.UNSURE, **late)
    tang = await e.person("唐唐", Address("wechat", "oTang"))
    counting = await e.case("HHHH", tang, status=CaseStatus.COUNTDOWN, dispatched_at=None, rang_at=None)
    return {"K9BP": rings, "5WXE": nowhere, "HHHH": counting}
