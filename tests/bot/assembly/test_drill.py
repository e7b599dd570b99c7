"""`drill`: one SOS through the public webhooks of the running service, on every channel, and nothing left behind."""

from typing import Any

import pytest

from backoffice.cases.model import CaseStatus, CloseReason
from backoffice.kernel.errors import Stale
from backoffice.kernel.exchange import Address
from backoffice.workflows import centre
from bot.assembly import deeds, drill, serve
from bot.drills import DRILL_TELEGRAM_IDS, DrillGuard
from config.settings import Settings, Telegram, Wechat
from tests.house import House
from tests.storage import samples


async def test_every_stage_is_reached_on_both_channels(
    given: Settings, running: serve.Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, each stage with its latency; the cases are drills, closed as such, and no platform was called."""
    assert await drill.run(given) == 0
    said = capsys.readouterr().out
    assert "drill on wechat" in said
    assert "drill on telegram" in said
    assert "MISSING" not in said
    assert all(said.count(stage) >= 2 for stage in drill.STAGES)
    cases = await deeds.export_cases(running.core, {})
    assert [(c["drill"], c["status"], c["close_reason"]) for c in cases] == [
        (True, "closed", CloseReason.DRILL)
    ] * 2
    assert all(
        h.last_ok is None and h.last_error is None for h in running.service.parts.healths.all().values()
    )


async def test_the_countdown_is_part_of_it(given: Settings, running: serve.Running) -> None:
    """Dispatched not before the countdown is over."""
    assert await drill.run(given) == 0
    async with running.core.store.begin(running.core.clock.now()) as uow:
        for row in await deeds.export_cases(running.core, {}):
            case = await uow.cases.by_ref(row["ref"])
            assert case is not None
            assert case.dispatched_at is not None
            assert (case.dispatched_at - case.opened_at).total_seconds() >= 0.25


async def test_its_envoys_go_home_and_are_never_asked_for_a_real_case(
    given: Settings, running: serve.Running
) -> None:
    await drill.run(given)
    async with running.core.store.begin(running.core.clock.now()) as uow:
        assert await uow.envoys.on_duty() == []


@pytest.mark.parametrize("off", ["telegram", "wechat"])
async def test_one_channel_alone_is_enough(
    given: Settings, capsys: pytest.CaptureFixture[str], off: str
) -> None:
    """With the other channel switched off the envoy answers on the same one: by button, or by digit."""
    empty = {"telegram": Telegram(), "wechat": Wechat()}[off]
    alone = given.model_copy(update={off: empty})
    async with serve.running(alone, serve.Role()):
        assert await drill.run(alone) == 0
    assert f"drill on {off}" not in capsys.readouterr().out


async def test_a_missing_stage_is_named_and_the_exit_is_1(
    given: Settings,
    running: serve.Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Deadlines that do not run: everything after the countdown is missing, and the case is ended all the same."""
    monkeypatch.setattr(drill, "GIVE_UP_S", 1.0)
    for loop in running.service._loops:
        loop.cancel()
    assert await drill.run(given) == 1
    lines = capsys.readouterr().out.splitlines()
    missing = [line.split()[0] for line in lines if "MISSING" in line]
    assert missing == ["dispatched", "told", "offered", "accepted"] * 2
    assert {c["status"] for c in await deeds.export_cases(running.core, {})} == {"cancelled"}


async def test_without_a_running_service_nothing_is_written(given: Settings) -> None:
    with pytest.raises(deeds.Refused, match="does not run"):
        await drill.run(given)
    assert not (given.data_dir / "media").exists()


async def test_with_no_channel_there_is_nothing_to_drill(given: Settings) -> None:
    off = given.model_copy(update={"telegram": Telegram(), "wechat": Wechat()})
    with pytest.raises(deeds.Refused, match="no channel"):
        await drill.run(off)


async def test_ending_a_drill_never_closes_a_real_case(with_platforms: House) -> None:
    """The deed is given a traveller's own address: their case stays open."""
    house = with_platforms
    phone = await house.telegram("Anna", "en")
    await phone.location(13.7563, 100.5018)
    await house.pass_time(6, 1)
    whom = {"channel": "telegram", "address": phone.id, "envoy": phone.id}
    assert await deeds.drill_end(house.core, whom) is False
    case = await house.case_of(phone)
    assert case is not None
    assert case.status == "open"


async def test_a_drill_ends_although_its_case_changes_in_that_moment(
    with_platforms: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has taken it and its bell rings while it is closed: closed once more, and on record as ended."""
    core, close, stale = with_platforms.core, centre.close, [True]
    traveller, now = str(DRILL_TELEGRAM_IDS[0]), core.clock.now()
    async with core.store.begin(now) as uow:
        made = samples.person(drill=True)
        await uow.people.add(made, Address("telegram", traveller))
        await uow.cases.add(samples.case(made.id, status=CaseStatus.OPEN, drill=True))
        await uow.commit()

    async def closing(*given: Any) -> None:
        await close(*given)
        if stale:
            stale.clear()
            raise Stale("somebody was first")

    monkeypatch.setattr(centre, "close", closing)
    whom = {"channel": "telegram", "address": traveller, "envoy": str(DRILL_TELEGRAM_IDS[-1])}
    assert await deeds.drill_end(core, whom) is True
    (case,) = await deeds.export_cases(core, {})
    assert (case["status"], case["close_reason"]) == ("closed", CloseReason.DRILL)


def test_every_channel_in_use_is_guarded(running: serve.Running) -> None:
    """Synthetic addresses end at the guard, whatever the channel."""
    assert all(isinstance(c, DrillGuard) for c in running.channels.by_name.values())
