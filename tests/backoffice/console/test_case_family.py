"""The families' side of a case, as an operator reads it."""

from collections.abc import Callable
from typing import Any

from backoffice.ports import Operator
from backoffice.workflows import family_desk, following
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy

PAGE = "/console/cases/case-7K3F/family"
SILENT = "胁迫期间才来"


async def test_whoever_came_under_duress_is_the_operators_to_decide(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """The card says that they know nothing yet, until links of the centre let them know."""
    cast = await busy(evening)
    lin, case = await visit(cast.lin), cast.cases["7K3F"]

    async def comes(work: Work) -> None:
        found = await work.uow.cases.get(case.id)
        found.duress = True
        await work.uow.cases.save(found)
        mum = await following.invite(work, found, following.Wish("traveller", "妈妈", "zh_Hans"))
        await following.accept(work, found, mum)

    async def decides(work: Work) -> None:
        (mum,) = [f for f in await work.uow.families.of_case(case.id) if f.name == "妈妈"]
        await family_desk.new_links(work, case.id, cast.lin, mum.id)

    await evening.act(comes)
    assert SILENT in await (await lin.get(PAGE)).text()
    await evening.act(decides)
    assert SILENT not in await (await lin.get(PAGE)).text()
