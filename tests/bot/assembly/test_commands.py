"""The commands as they are typed: what they print, what they leave, and how they end."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from backoffice.money import tables
from bot.assembly import check, commands, control, deeds, serve, setup
from config.settings import Settings
from tests.house import BANGKOK, House

PRICES = Path(tables.__file__).parent / "data"
HEAD = "name,phone,channel,address,languages,services,lat,lon,on_duty"


@pytest.fixture
def typed(given: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in this process on the settings of the test; returns its exit code."""
    monkeypatch.setattr(commands, "Settings", lambda: given)

    def run(*arguments: str) -> int:
        return commands.main(list(arguments))

    return run


def test_add_operator_prints_a_link_that_works_once(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("add-operator", "王", "--role", "operator") == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://localhost:8080/console/enter/")
    assert len(link.rpartition("/")[2]) == 64


@pytest.mark.parametrize(
    "arguments", [("add-operator", "王"), ("add-operator", "王", "--role", "king"), ("fly",)]
)
def test_a_command_typed_wrongly_is_refused_by_its_usage(typed: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        typed(*arguments)
    assert ended.value.code == 2


def test_import_says_how_many_and_names_what_is_wrong(
    typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, binary = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "binary.csv"
    good.write_text(f"{HEAD}\n陈静,,telegram,1,zh,interpret,13.75,100.5,1\n")
    bad.write_text(f"{HEAD}\n,,telegram,1,zh,interpret,13.75,100.5,1\nB,,fax,1,zh,x,1,1,1\n")
    binary.write_bytes(b"\xff\xfe\x00")
    assert typed("import", "envoys", str(good)) == 0
    assert "1 envoys imported" in capsys.readouterr().out
    assert typed("import", "envoys", str(bad)) == 1
    said = capsys.readouterr().err
    assert "line 2: no name" in said
    assert "line 3: channel" in said
    assert typed("import", "envoys", str(binary)) == 1
    assert "not UTF-8" in capsys.readouterr().err
    assert typed("import", "envoys", str(tmp_path / "nowhere.csv")) == 1


def test_prices_come_from_a_folder_and_every_bad_row_is_named(
    typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables a finance person loads before service orders can be priced."""
    assert typed("import", "prices", str(PRICES)) == 0
    assert "rows put" in capsys.readouterr().out
    (tmp_path / "rates.csv").write_text("base,quote,value,on\nTHB,CNY,nothing,2026-01-01\n")
    assert typed("import", "prices", str(tmp_path)) == 1
    assert "rates" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert typed("import", "prices", str(tmp_path / "empty")) == 1


def test_backup_and_restore_bring_back_what_was_there(
    typed: Any, given: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy while it is whole; what came after it is gone after the restore, and a bad copy is refused."""
    typed("add-operator", "first", "--role", "admin")
    copy = tmp_path / "copy.db"
    assert typed("backup", str(copy)) == 0
    typed("add-operator", "second", "--role", "admin")
    assert operators(given) == 2
    assert typed("restore", str(copy)) == 0
    assert operators(given) == 1
    copy.write_bytes(b"SQLite format 3\x00 and no more")
    assert typed("restore", str(copy)) == 1
    assert operators(given) == 1
    assert "copied to" in capsys.readouterr().out


def operators(given: Settings) -> int:
    path = given.database_url.removeprefix("sqlite+aiosqlite:///")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as raw:
        found: int = raw.execute("SELECT count(*) FROM operator").fetchone()[0]
    return found


def test_settings_that_cannot_work_are_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A token without its secret, plain http outside: exit 2, the setting's name, and no secret in the words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESCUE_TELEGRAM__TOKEN", "7000000:planted")
    monkeypatch.setenv("RESCUE_PUBLIC_URL", "http://rescue.example")
    monkeypatch.setenv("RESCUE_SOS__RADII_KM", "[40, 20]")
    assert commands.main(["check"]) == 2
    said = capsys.readouterr().err
    for words in ("RESCUE_TELEGRAM__WEBHOOK_SECRET", "RESCUE_PUBLIC_URL", "RESCUE_SOS__RADII_KM"):
        assert words in said
    assert "planted" not in said


def test_web_and_worker_are_for_postgresql(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("web") == 1
    assert typed("worker") == 1
    assert "serve" in capsys.readouterr().err


async def test_check_beside_a_running_service_looks_through_its_eyes(
    given: Settings,
    running: serve.Running,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service holds the file; the platforms answer nowhere: each part has its words, and the exit is 1."""
    parsed = commands._parser().parse_args(["check"])
    assert await commands._check(given, parsed) == 1
    said = capsys.readouterr().out
    assert "database: writable" in said
    assert "telegram: FAILS" in said
    assert "wechat: FAILS" in said
    assert house_secret(given) not in said


def house_secret(given: Settings) -> str:
    assert given.telegram.token is not None
    return given.telegram.token.get_secret_value()


async def test_check_before_and_after_setup_channels(
    with_platforms: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """No webhook set yet fails; setup-channels says what it did; then every part works."""
    house = with_platforms
    await house.http.post(
        f"{house.core.settings.telegram.api_base}/bot{house_secret(house.core.settings)}/deleteWebhook"
    )
    before = {name: (works, words) for name, works, words in await check.report(house.core, {})}
    assert before["database"][0]
    assert before["wechat"] == (True, "the account answers; no menu yet (setup-channels makes it)")
    assert not before["telegram"][0]
    assert await setup.register(house.core, house.channels) == 0
    said = capsys.readouterr().out
    assert "telegram: webhook set" in said
    assert "wechat: menu:" in said
    after = {name: works for name, works, _ in await check.report(house.core, {})}
    assert all(after.values())
    assert await house.phones.violations() == []


async def test_setup_names_the_platform_that_refused(
    with_platforms: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house = with_platforms
    await house.phones.fault("error", platform="wechat", params={"errcode": 48001})
    assert await setup.register(house.core, house.channels) == 1
    said = capsys.readouterr().out
    assert "wechat: refused: 48001" in said
    assert "telegram: webhook set" in said


CASE = {
    "ref": str, "kind": str, "status": str, "opened_at": str, "traveller": str, "position": dict,
    "assignments": list, "messages": list, "timeline": list,
}  # fmt: skip


async def test_export_has_the_shape_the_outside_relies_on(with_platforms: House) -> None:
    """Exactly the names of the interface: cases, assignments, messages with delivery state, timeline."""
    house = with_platforms
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.pass_time(6, 1)
    await envoy.press(0)
    await traveller.text("腿断了")
    await house.pass_time(4, 1)
    (case,) = json.loads(json.dumps(await deeds.export_cases(house.core, {})))
    assert {name: type(case[name]) for name in CASE} == CASE
    assert case["status"] in ("countdown", "cancelled", "open", "resolved", "closed")
    assert datetime.fromisoformat(case["opened_at"]).utcoffset() is not None
    assert case["opened_at"].endswith("Z")
    position = case["position"]
    assert (round(position["lat"], 3), round(position["lon"], 3)) == (13.756, 100.502)
    assert position["datum"] in ("gcj02", "wgs84")
    assert datetime.fromisoformat(position["at"])
    (assignment,) = case["assignments"]
    assert assignment["status"] == "accepted"
    assert assignment["envoy"] == "陈静"
    assert assignment["asked_at"] < assignment["answered_at"]
    for message in case["messages"]:
        assert {"at", "from", "to", "text", "state"} <= set(message)
    assert any(m["text"] == "腿断了" and m["from"] == "traveller" for m in case["messages"])
    assert {"delivered"} <= {m["state"] for m in case["messages"]}
    assert all({"at", "actor", "what"} <= set(event) for event in case["timeline"])
    assert await deeds.export_cases(house.core, {"ref": case["ref"]}) == await deeds.export_cases(
        house.core, {}
    )
    assert await deeds.export_cases(house.core, {"ref": "NONE"}) == []


async def test_export_goes_through_the_service_while_it_runs(given: Settings, running: serve.Running) -> None:
    assert await control.perform(given, "export_cases", {"ref": None}) == []
