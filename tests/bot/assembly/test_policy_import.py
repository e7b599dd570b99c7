"""`import policies` and the insurers' push: a bar, bad rows by line and reason, taken whole or not at all."""

import io
import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backoffice.adapters import insurer_signing as signing
from backoffice.adapters.insurer_signing import Shared, Signed
from backoffice.insurance.policies import PolicyStatus, Source
from backoffice.people.model import Person
from backoffice.ports.insurance import Policies, Proof
from bot.assembly import deeds, policy_csv_import, policy_deeds
from bot.assembly.core import Core
from bot.assembly.deeds import Refused
from storage import import_batches, policy_moves
from storage.insurer_queue import InsurerQueue
from storage.policy_import import PolicyImports
from tests import paying
from tests.clocks import START
from tests.house import House
from tests.journeys.test_cover import either_shop, shop

__all__ = ["either_shop", "shop"]
HEAD = "insurer,number,product,name,document,born,phone,starts,ends,organisation,status"
GOOD = (
    "pingan,P1,WORLD,李娜,110101199003074610,,+8613800138000,2026-03-01,2026-12-31,某某公司,",
    "pingan,P1,WORLD,李小宝,E44445555,2018-05-01,,2026-03-01,2026-12-31,某某公司,",
    "pingan,P2,CN-OUTDOOR,Tom Li,E99990000,1980-01-02,,2026-03-05,2026-03-20,,",
)


async def imported(core: Core, file: Path) -> tuple[str, str]:
    """What the command says, and its bar."""
    screen = io.StringIO()
    said = await policy_csv_import.run(file, lambda deed, given: deeds.do(core, deed, given), screen)
    return said, screen.getvalue()


def written(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    file = tmp_path / "policies.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


async def counted(core: Core) -> tuple[int, int, int]:
    async with core.database.reading() as conn:
        found = [
            (await conn.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("policy", "policy_person", "policy_import")
        ]
    return found[0], found[1], found[2]


async def sealed(core: Core) -> None:
    """Names, documents, numbers and days of birth are sealed; what is looked up by is a keyed hash."""
    async with core.database.reading() as conn:
        rows = [str(tuple(r)) for r in (await conn.exec_driver_sql("SELECT * FROM policy_person")).all()]
    for secret in ("110101199003074610", "E44445555", "13800138000", "1990", "Tom Li"):
        assert not any(secret in row for row in rows)


async def test_a_file_is_taken_whole_and_again_changes_nothing(either_shop: House, tmp_path: Path) -> None:
    """Two policies, three people; the same file again leaves the same rows; a later one ends a policy."""
    core = either_shop.core
    said, bar = await imported(core, written(tmp_path, *GOOD))
    assert said == "3 people in 2 policies imported"
    assert "3 of 3" in bar
    assert await counted(core) == (2, 3, 0)
    await sealed(core)
    await imported(core, written(tmp_path, *GOOD))
    assert await counted(core) == (2, 3, 0)
    await imported(core, written(tmp_path, GOOD[2].removesuffix(",") + ",cancelled"))
    async with core.store.begin(START) as uow:
        policy = await uow.policies.with_number("pingan", "P2")
        family = await uow.policies.with_number("pingan", "P1")
    assert policy is not None
    assert family is not None
    assert (policy.status, policy.source) == (PolicyStatus.CANCELLED, Source.IMPORTED)
    assert [p.name for p in family.people] == ["李娜", "李小宝"]
    assert family.people[0].born == date(1990, 3, 7)


BAD = {
    "pingan,P3,NOPE,甲,E1111111,1990-01-01,,2026-03-01,2026-03-02,,": "product 'NOPE' is not known here",
    "pingan,P4,WORLD,乙,110101199003074611,,,2026-03-01,2026-03-02,,": "check digit",
    "pingan,P5,WORLD,丙,E2222222,1990-01-01,12,2026-03-01,2026-03-02,,": "is no telephone number",
    "pingan,P6,WORLD,丁,E3333333,1990-01-01,,2026-03-02,2026-03-01,,": "ends 2026-03-01 is before starts",
    "pingan,P7,WORLD,,E4444444,1990-01-01,,2026-03-01,2026-03-02,,": "no name",
    "pingan,P8,WORLD,戊,E5555555,1990-13-01,,2026-03-01,2026-03-02,,": "born must be a day",
    "pingan,P1,WORLD,己,E6666666,1990-01-01,,2026-03-01,2026-11-30,某某公司,": "says something else than on line 2",
    "pingan,P1,WORLD,李娜,110101199003074610,,,2026-03-01,2026-12-31,某某公司,": "the same person of the same policy",
    "pingan,P9,WORLD,庚,E7777777,1990-01-01,,2026-03-01,2026-03-02,,gone": "status must be active",
    "pingan,P10,WORLD,辛,E8888888,1990-01-01,,2026-03-01,2026-03-02,,,,": "more values than columns",
}


async def refused(file: Path) -> str:
    """What the command refuses a file with; nothing but the products may be asked of the service before."""

    async def perform(deed: str, _given: Any) -> Any:
        assert deed == "known_products"
        return [["WORLD", 1, "CNY", "2026-01-01"], ["CN-OUTDOOR", 1, "CNY", "2026-01-01"]]

    with pytest.raises(Refused) as found:
        await policy_csv_import.run(file, perform, io.StringIO())
    return str(found.value)


async def test_every_bad_row_is_named_and_nothing_is_imported(tmp_path: Path) -> None:
    lines = (await refused(written(tmp_path, GOOD[0], *BAD))).splitlines()
    assert len(lines) == len(BAD) + 1
    for number, (line, reason) in enumerate(zip(lines, BAD.values(), strict=False), 3):
        assert line.startswith(f"line {number}: ")
        assert reason in line
    assert lines[-1] == "10 bad row(s): nothing was imported"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("insurer,number\n", "missing column(s) product, name, document, starts, ends"),
        (HEAD + "\n", "there is no policy"),
    ],
)
async def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text)
    assert words in await refused(file)


async def test_true_by_one_mark_whatever_happens_to_who_moves_it(
    either_shop: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the mark: nothing is true. Killed after it: every door reads all of it; a worker moves on."""
    core, now = either_shop.core, either_shop.clock.now()
    await imported(core, written(tmp_path, GOOD[2]))

    async def killed(*_: Any) -> bool:
        raise RuntimeError("killed")

    changed = (*GOOD[:2], GOOD[2].replace("Tom Li,E99990000", "Tim Li,E88880000"))
    with monkeypatch.context() as dying:
        dying.setattr(PolicyImports, "_mark", killed)
        with pytest.raises(RuntimeError):
            await imported(core, written(tmp_path, *changed))
    assert await counted(core) == (1, 1, 0)
    with monkeypatch.context() as dying:
        dying.setattr(policy_moves, "step", killed)
        with pytest.raises(RuntimeError):
            await imported(core, written(tmp_path, *changed))
    assert (await counted(core))[0] == 1, "nothing is moved yet"
    doors: tuple[Callable[[Policies], Awaitable[Any]], ...] = (
        lambda found: found.with_number("pingan", "P1"),
        lambda found: found.with_document("E44445555"),
        lambda found: found.with_phone("+8613800138000"),
        lambda found: found.numbered("P1"),
    )
    for read in doors:
        async with core.store.begin(now) as uow:
            assert await read(uow.policies), "what is true is read before it is moved"
    async with core.store.begin(now) as uow:
        assert not await uow.policies.with_document("E99990000"), "the old list is gone in the same moment"
        assert [one[2].name for one in await uow.policies.with_document("E88880000")] == ["Tim Li"]
        await uow.commit()
    assert await counted(core) == (1, 1, 2), "and what was read stands"
    queue = InsurerQueue(core.database)
    assert not await queue.move_left(now), "whoever marked it has a while to move it"
    assert await queue.move_left(now + import_batches.LEASE)
    assert not await queue.move_left(now + import_batches.LEASE)
    assert await counted(core) == (2, 3, 0)


async def person(shop: House, name: str) -> Person:
    phone = await shop.telegram(name, id=str(700001000 + len(name)))
    await phone.text("/help")
    await shop.settle()
    found = await shop.person(phone)
    assert found is not None
    return found


async def test_who_has_proven_a_document_is_recognised_by_the_next_list(
    either_shop: House, tmp_path: Path
) -> None:
    """Proven once, every later list finds its person by itself; nobody else's row is touched."""
    anna = await person(either_shop, "Anna")
    async with either_shop.core.store.begin(START) as uow:
        assert await uow.policies.prove(Proof.DOCUMENT, "e99990000", anna.id)
        await uow.commit()
    await imported(either_shop.core, written(tmp_path, *GOOD))
    async with either_shop.core.store.begin(START) as uow:
        mine = await uow.policies.of_person(anna.id)
    assert [p.number for p in mine] == ["P2"]


def signed(body: bytes, path: str, secret: str = paying.INSURER_SECRET) -> dict[str, str]:
    key = Shared("rescue", secret.encode())
    return signing.headers(key, Signed("1767225600", "n" * 32, "POST", path, body))


async def pushed(shop: House, told: Any, **more: str) -> tuple[int, Any]:
    path, body = "/push/policies/sample", json.dumps(told).encode()
    heads = signed(body, path, **more)
    async with shop.http.post(shop.base + path, data=body, headers=heads) as answer:
        return answer.status, await answer.json()


PUSHED = {
    "number": "S1", "product": "WORLD", "name": "Ann", "document": "E12121212", "born": "1990-01-01",
    "starts": "2026-03-01", "ends": "2026-04-01",
}  # fmt: skip


async def test_an_insurers_push_is_taken_once_and_only_when_signed(shop: House) -> None:
    """A repeat changes nothing; an old one is welcome; a wrong key and a bad row take nothing."""
    assert await pushed(shop, {"policies": [PUSHED]}) == (200, {"people": 1, "answers": 0})
    assert await pushed(shop, {"policies": [PUSHED]}) == (200, {"people": 1, "answers": 0})
    assert await counted(shop.core) == (1, 1, 0)
    assert (await pushed(shop, {"policies": [PUSHED]}, secret="x" * 40))[0] == 401
    status, told = await pushed(
        shop, {"policies": [PUSHED | {"number": "S2"}, PUSHED | {"number": "S3", "ends": "?"}]}
    )
    assert status == 422
    assert told["rows"] == ["line 2: ends must be a day such as 2026-07-01, not '?'"]
    assert await counted(shop.core) == (1, 1, 0)
    status, told = await pushed(shop, {"policies": [PUSHED | {"insurer": "another"}]})
    assert (status, "is not who sent this" in told["rows"][0]) == (422, True)


NO_PUSH = (
    b"",
    b"[]",
    b"\xff",
    b'{"policies": 5}',
    b'{"policies": [7]}',
    b'{"answers": [{"state": "maybe"}]}',
)


async def test_what_is_no_push_is_refused_in_words_and_strangers_do_not_get_in(shop: House) -> None:
    """Nonsense under a good signature, an unknown insurer, a body changed on its way, an answer nobody waits for."""
    path, body = "/push/policies/sample", b'{"policies": []}'
    for nonsense in NO_PUSH:
        async with shop.http.post(shop.base + path, data=nonsense, headers=signed(nonsense, path)) as answer:
            assert answer.status == 400, nonsense
            assert (await answer.json())["error"]
    heads = signed(body, path)
    async with shop.http.post(shop.base + path, data=body + b" ", headers=heads) as answer:
        assert answer.status == 401
    async with shop.http.post(shop.base + "/push/policies/nobody", data=body, headers=heads) as answer:
        assert answer.status == 404
    told = {"answers": [{"request": "f" * 32, "state": "confirmed", "number": "X1"}]}
    assert (await pushed(shop, told))[0] == 200
    await shop.settle()
    assert "insurer_unknown_request" in await shop.told_staff(), (
        "a word about nobody's request is never dropped"
    )


def test_a_row_without_an_edition_means_the_one_sold_on_its_first_day() -> None:
    find = policy_deeds.editions([["W", 1, "CNY", "2026-01-01"], ["W", 2, "CNY", "2026-06-01"]])
    assert find("W", date(2026, 5, 31), 0) == (1, "CNY")
    assert find("W", date(2026, 6, 1), 0) == (2, "CNY")
    assert find("W", date(2026, 6, 1), 1) == (1, "CNY")
    assert find("W", date(2025, 6, 1), 0) is None
