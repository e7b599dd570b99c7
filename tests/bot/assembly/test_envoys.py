"""`import envoys`: every bad row is named with its line and reason, and nothing is half imported."""

import pytest

from bot.assembly import deeds, envoy_csv
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


async def test_a_trouble_half_way_imports_nobody(
    with_platforms: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third envoy cannot be written: the first two are not there either."""
    core, put, count = with_platforms.core, deeds.put_envoy, iter(range(9))

    async def failing(*given: object) -> object:
        if next(count) == 2:
            raise RuntimeError("disk full")
        return await put(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(deeds, "put_envoy", failing)
    text = "\n".join([HEAD, *(GOOD.replace("101", str(n)) for n in range(101, 105))])
    with pytest.raises(RuntimeError, match="disk full"):
        await deeds.import_envoys(core, {"csv": text})
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
