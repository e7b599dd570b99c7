"""Travellers, envoys, operators, time and bad lines in any order: what must always hold of a case.

Hypothesis picks the steps; the real gateway, workflows, deadlines, delivery and SQLite take them.
"""

import asyncio
import logging
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from backoffice.cases.model import CloseReason, Verified
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import RawUpdate
from backoffice.kernel.ids import CaseId
from backoffice.workflows import centre
from bot.channel import Envelope, Part, TemporaryFailure, UnknownOutcome, Unreachable
from tests.chaos import rig
from tests.chaos.invariants import Watch
from tests.chaos.pushes import Someone, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.clocks import FakeClock

PLACE = (13.7563, 100.5018)
TRAVELLERS = (telegram(1_001), wechat(1_002))
ENVOYS = (telegram(2_001), wechat(2_002), telegram(2_003))
DURESS = "blue umbrella"
WORDS = {
    "cancel": "取消",
    "confirm": "确认",
    "distress": "救命",
    "duress": f"please bring the {DURESS}",
    "safe": "我安全了",
    "text": "we are near the river",
    "number": "+8613812345678",
    "yes": "是",
    "no": "不是",
    "digit": "1",
    "zero": "0",
    "case": "我的案件",
}
ENVOY_WORDS = ("on_duty", "off_duty", "I can see the bridge", "accept", "decline", "救命", "1", "0")
SPOKEN = {"on_duty": "上岗", "off_duty": "下岗", "accept": "接单", "decline": "不接"}
MINUTE_S = 60
MOST = 100_000

travellers = strategies.sampled_from(TRAVELLERS)
envoys = strategies.sampled_from(ENVOYS)


class CaseMachine(RuleBasedStateMachine):
    """One house of two travellers, three envoys and an operator."""

    template: Path | None = None

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._crashes = Crashes()
        self._sent: list[RawUpdate] = []
        self._bad_lines: list[Exception] = []
        logging.getLogger().addHandler(self._crashes)
        self.rig: Rig = self._run(self._open())
        self.watch = Watch(self.rig)

    def _run(self, work: Awaitable[Any]) -> Any:
        async def through() -> Any:
            return await work

        return self._runner.run(through())

    async def _open(self) -> Rig:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="rescue-machine-")))
        shutil.copyfile(await _template(), folder / "rescue.db")
        url = f"sqlite+aiosqlite:///{folder}/rescue.db"
        setting = Setting(url, folder / "data", random.Random(5), FakeClock())
        made = await self._stack.enter_async_context(rig.opened(setting))
        for number, envoy in enumerate(ENVOYS):
            await made.envoy(envoy, (PLACE[0] + 0.01 * number, PLACE[1]))
        for traveller in TRAVELLERS:
            await made.accept(made.pushes.text(traveller, "hello", made.clock.now()))
        await made.settle()
        await _give_duress_word(made)
        for channel in made.channels.values():
            channel.trouble = self._trouble
        return made

    def _trouble(self, _envelope: Envelope, _part: Part) -> None:
        if self._bad_lines:
            raise self._bad_lines.pop()

    def _push(self, raw: RawUpdate) -> None:
        self._sent.append(raw)
        self._run(self._accepted(raw))

    async def _accepted(self, raw: RawUpdate) -> None:
        await self.watch.before()
        await self.rig.accept(raw)
        await self.rig.settle()
        await self.watch.after()

    @rule(who=travellers, north=strategies.integers(-2, 2))
    def pin(self, who: Someone, north: int) -> None:
        at = (PLACE[0] + north * 0.001, PLACE[1])
        self._push(self.rig.pushes.pin(who, *at, self.rig.clock.now()))

    @rule(who=travellers, what=strategies.sampled_from(sorted(WORDS)))
    def say(self, who: Someone, what: str) -> None:
        self._push(self.rig.pushes.text(who, WORDS[what], self.rig.clock.now()))

    @rule(who=envoys, words=strategies.sampled_from(ENVOY_WORDS))
    def envoy_says(self, who: Someone, words: str) -> None:
        self._push(self.rig.pushes.text(who, SPOKEN.get(words, words), self.rig.clock.now()))

    @rule(
        who=strategies.sampled_from(TRAVELLERS + ENVOYS),
        kind=strategies.sampled_from(["countdown", "offer", "offer", "offer", "job", "job", "late"]),
        pick=strategies.integers(0, 3),
    )
    def answers(self, who: Someone, kind: str, pick: int) -> None:
        """One of the choices of the newest open question of a kind."""
        data = self._run(_any_choice(self.rig, who, kind, pick))
        if data and who.channel == "telegram":
            self._push(self.rig.pushes.press(who, data, self.rig.clock.now()))
        elif data:
            self._push(self.rig.pushes.text(who, data.rpartition(":")[2], self.rig.clock.now()))

    @rule(pick=strategies.integers(0, MOST))
    def again(self, pick: int) -> None:
        """The platform sends something once more."""
        if self._sent:
            self._push(self._sent[pick % len(self._sent)])

    @rule(
        pick=strategies.integers(0, MOST),
        deed=strategies.sampled_from(
            ["take", "take", "reply", "reply_envoy", "called", "close", "reopen", "ask_again", "end_duress"]
        ),
    )
    def operator(self, pick: int, deed: str) -> None:
        self._run(self._operate(pick, deed))

    async def _operate(self, pick: int, deed: str) -> None:
        rows = await self.rig.rows("SELECT id FROM cases WHERE status <> 'countdown' ORDER BY opened_at, id")
        if not rows:
            return
        case, me = CaseId(rows[pick % len(rows)].id), self.rig.operator
        await self.watch.before()
        with suppress(Refusal):
            await self.rig.actions(lambda work: DEEDS[deed](work, case, me), case)
        await self.rig.settle()
        await self.watch.after()

    @rule(seconds=strategies.sampled_from([1, 3, 6, 6, 16, 61, 61, 605]))
    def time_passes(self, seconds: int) -> None:
        self._run(self._passed(seconds))

    async def _passed(self, seconds: float) -> None:
        await self.watch.before()
        await self.rig.pass_time(seconds, step=max(1.0, seconds / 12))
        await self.watch.after()

    @rule(
        failure=strategies.sampled_from(["temporary", "unknown", "blocked"]), times=strategies.integers(1, 3)
    )
    def bad_line(self, failure: str, times: int) -> None:
        """The next sends fail."""
        made: dict[str, Exception] = {
            "temporary": TemporaryFailure("busy", 2.0),
            "unknown": UnknownOutcome("timeout"),
            "blocked": Unreachable("blocked"),
        }
        self._bad_lines = [made[failure]] * times

    @invariant()
    def nothing_crashed(self) -> None:
        must(not self._crashes.seen, f"crashed: {self._crashes.seen[:1]}")

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "watch"):
            self._run(self.watch.check())

    def teardown(self) -> None:
        """At the very end every letter has come to its end."""
        try:
            self._bad_lines = []
            self._run(self._ended())
        finally:
            logging.getLogger().removeHandler(self._crashes)
            self._run(self._stack.aclose())
            self._runner.close()

    async def _ended(self) -> None:
        await self._passed(15 * MINUTE_S)
        await self.watch.every_letter_ended()


class Crashes(logging.Handler):
    """Whatever the outermost loops caught."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else ""
        self.seen.append(f"{record.name}: {record.getMessage()} {error!r}")


async def _template() -> Path:
    if CaseMachine.template is None:
        folder = Path(tempfile.mkdtemp(prefix="rescue-machine-template-"))
        CaseMachine.template = await rig.template(folder)
    return CaseMachine.template


async def _give_duress_word(made: Rig) -> None:
    for traveller in TRAVELLERS:
        async with made.core.store.begin(made.clock.now()) as uow:
            person = await uow.people.at(traveller.at)
            assert person
            person.profile.duress_word = DURESS
            await uow.people.save(person)
            await uow.commit()


async def _any_choice(of: Rig, who: Someone, kind: str, pick: int) -> str | None:
    async with of.core.store.begin(of.clock.now()) as uow:
        person = await uow.people.at(who.at)
        asked = await uow.talk.open_questions(person.id) if person else ()
    for question in asked:
        if question.kind == kind:
            digits = sorted(question.answers)
            return f"q:{question.id}:{digits[pick % len(digits)]}"
    return None


Deed = Callable[..., Awaitable[None]]
DEEDS: dict[str, Deed] = {
    "take": centre.take,
    "reply": lambda work, case, me: centre.reply(work, case, me, "help is coming"),
    "reply_envoy": lambda work, case, me: centre.reply_envoy(work, case, me, "how far are you?"),
    "called": lambda work, case, me: centre.called(work, case, me, Verified.NO_ANSWER),
    "close": lambda work, case, me: centre.close(work, case, me, CloseReason.SAFE),
    "reopen": centre.reopen,
    "ask_again": centre.ask_again,
    "end_duress": centre.end_duress,
}


def settings(examples: int, steps: int, **more: Any) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


async def run(plan: Plan, figures: Figures) -> None:
    """Long: 2,000 examples of 100 steps; short: 12 of 25."""
    examples, steps = plan.some(12, 2_000), plan.some(25, 100)
    figures["examples"], figures["steps"] = examples, steps
    await asyncio.to_thread(_examples, plan.seed, settings(examples, steps))


def _examples(seed: int, how: hypothesis.settings) -> None:
    seeded = hypothesis.seed(seed)(CaseMachine)
    run_state_machine_as_test(seeded, settings=how)  # type: ignore[no-untyped-call]
