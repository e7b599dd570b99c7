"""A major case through the whole service: whoever may know is written to in their own chat, as it was shown."""

from backoffice.families.scopes import Scope
from backoffice.major.model import MajorId
from backoffice.workflows import centre, major, major_telling
from backoffice.workflows.major_telling import Words
from backoffice.workflows.work import Work
from tests.house import House, texts
from tests.journeys import families, stories
from tests.journeys.families import START

SAID = "车上的人都已送到医院检查，请等我们的电话。"


async def test_of_two_families_only_the_one_that_may_know_is_told(either_house: House) -> None:
    """Two travellers of one accident; one lets their mother know that all is well, the other nothing."""
    house = either_house
    operator = house.operator
    told, quiet = await house.telegram("Anna"), await house.telegram("Ben")
    mum, dad = await house.telegram("Mum"), await house.telegram("Dad")
    cases = []
    for traveller, relative, scopes in ((told, mum, ("safe",)), (quiet, dad, ())):
        case = await families.helped(house, traveller)
        await families.invited(house, traveller, "家人", *scopes)
        await stories.says(house, relative, f"/start {await families.newest(house, traveller, START)}")
        await house.do(centre.take, case.id)
        cases.append(case)
    keys: list[MajorId] = []

    async def begin(work: Work) -> None:
        keys.append(await major.open_(work, operator, "大巴事故", None))
        for case in cases:
            await major.attach(work, keys[0], operator, case.ref)

    await house.actions(begin, None)
    words, seals = Words(SAID, Scope.SAFE), list[str]()

    async def look(work: Work) -> None:
        shown = await major_telling.preview(work, keys[0], operator, words)
        assert shown.ways == {"telegram": 1}
        assert [m.why for m in shown.missed] == ["not_allowed"]
        seals.append(shown.seal)

    await house.actions(look, f"major:{keys[0]}")
    assert not [t for t in await texts(mum) if SAID in t]

    async def send(work: Work) -> None:
        await major_telling.send(work, keys[0], operator, words, seals[0])

    await house.actions(send, f"major:{keys[0]}")
    await house.settle()
    assert len([t for t in await texts(mum) if SAID in t]) == 1
    assert not [t for t in await texts(dad) if SAID in t]
    assert "major.attached" in await house.timeline(cases[0])
