"""A console over real storage, and what a test does in it: people, cases, words, letters."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from backoffice import ports
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.adapters.voices import FfmpegVoices
from backoffice.cases.model import Case, CaseStatus, Entry, Event, Origin
from backoffice.console import tokens
from backoffice.console.deps import ConsoleDeps
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.kernel import ids
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, MediaId, OperatorId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message, Role
from backoffice.oncall.model import OnCall, Reach, Sent, WayKind
from backoffice.people.model import Person, Profile
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
