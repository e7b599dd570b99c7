"""An ordinary evening at the centre: who is there, which cases run, what has been said."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backoffice.cases.model import Audience, Case, CaseStatus, Hurt, Kind, Verified
from backoffice.dispatch.model import AssignmentStatus, Envoy
from backoffice.enrolment.model import Answers, Application, ApplicationId, ApplicationStatus
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind, Message, Role, Speaker
from backoffice.people.model import EmergencyContact, Person
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work
from tests.backoffice.console import remembered
from tests.backoffice.console.evening import BANGKOK, HANOI, MACAU, fix, photo
from tests.backoffice.console.evening import Evening as Evening


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
