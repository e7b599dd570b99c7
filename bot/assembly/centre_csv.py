"""`import centres FILE.csv`: every row checked before any is written; a known code changes, nothing is removed."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from backoffice.kernel.errors import Refusal
from backoffice.oncall import centres
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import Hours
from backoffice.workflows import centring
from backoffice.workflows.work import Work
from bot.assembly import staff_deeds
from bot.assembly.core import Core

COLUMNS = {"code", "name", "zone"}
DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def row(given: Mapping[str, str]) -> dict[str, Any] | str:
    """A row as plain values, or what is wrong with it. `days`, `languages` and `regions` are parted by blanks."""
    if given["zone"] not in available_timezones():
        return f"zone {given['zone'] or 'missing'} is not known"
    days = [DAYS.get(day) for day in given.get("days", "").lower().split()] or list(range(7))
    minutes = [_minutes(given.get(name, "") or "00:00") for name in ("opens", "closes")]
    position = given.get("position", "") or "1"
    if None in days or None in minutes:
        return "days are mon … sun, opens and closes are written 08:00"
    if not (position.isascii() and position.isdigit()):
        return "position is a number"
    found = {"code": given["code"], "name": given["name"], "zone": given["zone"], "position": int(position)}
    found |= {"days": days, "opens": minutes[0], "closes": minutes[1]}
    found |= {name: (given.get(name) or "").split() for name in ("languages", "regions")}
    try:
        centres.check(centre(found))
    except Refusal:
        return "code (letters, digits, - and _) and name, regions as CN, languages as zh"
    return found


def _minutes(given: str) -> int | None:
    hours, _, minutes = given.partition(":")
    good = hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60
    return int(hours) * 60 + int(minutes) if good else None


def centre(found: Mapping[str, Any]) -> Centre:
    hours = Hours(found["zone"], tuple(sorted(set(found["days"]))), found["opens"], found["closes"])
    return Centre(
        code=found["code"],
        name=found["name"],
        hours=hours,
        languages=tuple(found["languages"]),
        regions=tuple(found["regions"]),
        position=found["position"],
    )


async def put_centres(core: Core, given: Mapping[str, Any]) -> int:
    """All rows or none."""
    now = core.clock.now()
    async with core.store.begin(now) as uow:
        work = Work(uow, now, core.world)
        for found in given["rows"]:
            await centring.put(work, centre(found), staff_deeds.COMMAND)
        await uow.commit()
    return len(given["rows"])
