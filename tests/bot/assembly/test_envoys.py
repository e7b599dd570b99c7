"""`import envoys`: every bad row is named with its line and reason, and nothing is half imported."""

import io
from pathlib import Path
from typing import Any

import pytest

from backoffice.dispatch.travel import Transport
from backoffice.kernel.exchange import Address
from bot.assembly import deeds, envoy_csv
from bot.assembly import envoy_import as importing
from tests.house import House

HEAD = "name,phone,channel,address,languages,services,lat,lon,on_duty"
GOOD = "陈静,+66812345678,telegram,7000000101,zh;th,interpret;drive,13.75,100.5,1"
BAD = {
    ",,telegram,1,zh,x,1,1,1": "no name",
    "A,,signal,1,zh,x,1,1,1": "channel must be telegram or wechat, not 'signal'",
    "A,,telegram,,zh,x,1,1,1": "no address",
    "A,,telegram,abc,zh,x,1,1,1": "a Telegram chat id is a number, not 'abc'",
    "A,,telegram,²,zh,x,1,1,1": "a Telegram chat id is a number, not '²'",
    "A,12345,telegram,1,zh,x,1,1,1": "'12345' is no telephone number (write it with + and country code)",
    "A,,telegram,1,zh,x,north,1,1": "lat and lon must be numbers, not 'north', '1'",
    "A,,telegram,1,zh,x,91,1,1": "nobody can be at 91.0, 1.0",
    "A,,telegram,1,zh,x,nan,1,1": "nobody can be at nan, 1.0",
    "A,,telegram,1,zh,x,0,0,1": "nobody can be at 0.0, 0.0",
    "A,,telegram,1,zh,x,1,1,yes": "on_duty must be 0 or 1, not 'yes'",
    "A,,telegram,1,zh,x,1,1": "on_duty must be 0 or 1, not ''",
    "A,,telegram,1,zh,x,1,1,1,more": "more values than columns (a comma that needs quotes?)",
}


@pytest.mark.parametrize("row", BAD)
def test_a_bad_row_is_named_with_its_reason(row: str) -> None:
    rows, troubles = envoy_csv.read(f"{HEAD}\n{GOOD}\n{row}\n")
    assert troubles == [f"line 3: {BAD[row]}"]
    assert len(rows) == 1


def test_every_bad_row_is_named_not_only_the_first() -> None:
    _, troubles = envoy_csv.read("\n".join([HEAD, *BAD]))
    assert [t.partition(":")[0] for t in troubles] == [f"line {n}" for n in range(2, 2 + len(BAD))]


def test_the_same_address_twice_is_one_row_too_many() -> None:
    _, troubles = envoy_csv.read(f"{HEAD}\n{GOOD}\n{GOOD}\n")
    assert troubles == ["line 3: the same address as line 2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: missing column(s) name"),
        ("name,phone\n", "line 1: missing column(s) channel"),
        (f"{HEAD}\n", "line 2: there is no envoy in this file"),
        (f"{HEAD}\n\n\n", "line 2: there is no envoy in this file"),
        (f'{HEAD}\n"{"x" * 140_000}\n', "line 2: field larger than field limit"),
    ],
)
def test_a_file_that_is_no_list_of_envoys_says_so(text: str, said: str) -> None:
    rows, troubles = envoy_csv.read(text)
    assert rows == []
    assert troubles[0].startswith(said)


def test_what_spreadsheets_do_to_a_file_is_understood() -> None:
    """A byte order mark, quotes, other line ends, columns in another order and one of ours that is optional."""
    text = (
        '\ufeff"address","name",phone,channel,languages,services,lat,lon,on_duty,sex\r\n'
        '7000000101,"Chen, Jing",,telegram," zh ; th ;",interpret,13.75,100.5,0,female\r\n'
    )
    rows, troubles = envoy_csv.read(text)
    assert troubles == []
    assert (rows[0].name, rows[0].languages, rows[0].on_duty, rows[0].sex) == (
        "Chen, Jing", ("zh", "th"), False, "female",
    )  # fmt: skip
    _, troubles = envoy_csv.read(text.replace("female", "f"))
    assert troubles == ["line 2: sex must be female, male or empty, not 'f'"]


async def test_one_bad_row_imports_nobody(with_platforms: House) -> None:
    core = with_platforms.core
    with pytest.raises(deeds.Refused, match="line 3: no name"):
        await deeds.import_envoys(core, {"csv": f"{HEAD}\n{GOOD}\n,,telegram,1,zh,x,1,1,1\n"})
    async with core.store.begin(with_platforms.clock.now()) as uow:
        assert await uow.envoys.on_duty() == []


async def test_imported_again_a_record_is_brought_up_to_date(with_platforms: House) -> None:
    """The same address is the same envoy; the base counts while they are on duty, and they are asked at once."""
    core = with_platforms.core
    envoy = await with_platforms.telegram("陈静", "zh-hans", id="7000000101")
    assert await deeds.import_envoys(core, {"csv": f"{HEAD}\n{GOOD}\n"}) == 1
    assert await deeds.import_envoys(core, {"csv": f"{HEAD}\n{GOOD.replace('陈静', '陈小静')}\n"}) == 1
    async with core.store.begin(with_platforms.clock.now()) as uow:
        assert [e.name for e in await uow.envoys.on_duty()] == ["陈小静"]
    traveller = await with_platforms.wechat()
    await traveller.location(13.7563, 100.5018)
    await with_platforms.pass_time(6, 1)
    assert [m for m in await envoy.chat() if m.sender == "bot"]


async def test_what_is_imported_can_be_read_back(with_platforms: House) -> None:
    """Person, address, sealed telephone, base and means of transport, for newcomers and for known chats."""
    core = with_platforms.core
    await with_platforms.wechat("旅客", id="o-known")
    text = "\n".join(
        [
            HEAD + ",sex,transport",
            GOOD + ",female,motorbike",
            "李强,+8613800138000,wechat,o-known,zh,accompany,13.7,100.4,1,male,",
        ]
    )
    assert await deeds.import_envoys(core, {"csv": text}) == 2
    async with core.store.begin(with_platforms.clock.now()) as uow:
        person = await uow.people.at(Address("telegram", "7000000101"))
        assert person is not None
        assert person.profile.name == "陈静"
        first = await uow.envoys.of_person(person.id)
        assert first is not None
        assert (first.phone, first.languages, first.services) == (
            "+66812345678",
            ["zh", "th"],
            ["interpret", "drive"],
        )
        assert (await uow.standings.of([first.id]))[first.id].transport is Transport.MOTORBIKE
        assert [e.name for e in await uow.envoys.on_duty()].count("李强") == 1


@pytest.mark.parametrize("terminal", [True, False])
async def test_a_bar_tells_how_far_it_has_come(tmp_path: Path, terminal: bool) -> None:
    """Redrawn on a terminal, a line every tenth elsewhere; a failure drops what was staged."""
    file, asked = tmp_path / "envoys.csv", []
    lines = [GOOD.replace("7000000101", str(7000000101 + n)) for n in range(1000)]
    file.write_text("\n".join([HEAD, *lines]))
    screen = io.StringIO()
    screen.isatty = lambda: terminal  # type: ignore[method-assign]

    async def perform(deed: str, given: dict[str, Any]) -> int:
        asked.append(deed)
        return 1000

    assert await importing.run(file, perform, screen) == 1000
    assert "1,000 of 1,000" in screen.getvalue()
    assert screen.getvalue().count("\r") == (len(asked) - 1 if terminal else 0)

    async def failing(deed: str, given: dict[str, Any]) -> int:
        asked.append(deed)
        if deed == "import_take":
            raise deeds.Refused("no")
        return 0

    with pytest.raises(deeds.Refused):
        await importing.run(file, failing, screen)
    assert asked[-1] == "import_drop"


def test_a_file_with_bad_rows_names_each_and_reaches_nobody(tmp_path: Path) -> None:
    file = tmp_path / "envoys.csv"
    file.write_text("\n".join([HEAD, GOOD, *BAD]))
    with pytest.raises(deeds.Refused) as refusal:
        importing.read(file)
    assert str(refusal.value).count("line ") == len(BAD)
    assert f"{len(BAD)} bad row(s): nobody was imported" in str(refusal.value)
