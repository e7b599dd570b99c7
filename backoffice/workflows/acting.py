"""Actions that nobody's update makes: lock, then load, then decide, commit; again when stale."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from backoffice import ports
from backoffice.kernel import again
from backoffice.kernel.clock import Clock
from backoffice.workflows.work import Work, World

T = TypeVar("T")
Act = Callable[[Work], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Acting:
    """Staff, clocks and whoever else acts on a person's things act through this."""

    store: ports.Store
    locks: ports.Locks
    world: World
    clock: Clock

    async def under(self, key: str, act: Act[T]) -> T:
        """What `act` returns, committed, while nobody else holds `key`. `act` decides by what it loads: it may run
        three times. Raises `errors.Stale` when it stays stale, and whatever else `act` raises, with nothing done.
        """
        async with self.locks.hold(key):
            return await again.when_stale(lambda: self._once(act))

    async def _once(self, act: Act[T]) -> T:
        now = self.clock.now()
        async with self.store.begin(now) as uow:
            done = await act(Work(uow, now, self.world))
            await uow.commit()
        return done
