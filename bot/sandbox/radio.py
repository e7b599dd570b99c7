"""A phone's own network: what a person does leaves at once, after seconds, or when the network is back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from bot.sandbox.model import Connection, Person
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.world import World

BAD_SECONDS = (2.0, 6.0)


class Radio:
    """Hands a person's actions to the platform in the order they were made, as their network allows."""

    def __init__(self, world: World, tasks: TaskGroup) -> None:
        self._world = world
        self._tasks = tasks
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._busy: set[str] = set()
        self._back: dict[str, asyncio.Event] = {}

    def send(self, person: Person, hand_over: Callable[[], None]) -> None:
        if person.connection is Connection.GOOD and person.key not in self._busy:
            hand_over()
            return
        self._waiting.setdefault(person.key, deque()).append(hand_over)
        if person.key not in self._busy:
            self._busy.add(person.key)
            self._tasks.start(self._trickle(person))

    def set_connection(self, person: Person, connection: Connection) -> None:
        person.connection = connection
        self._world.tell_person(person)
        if connection is not Connection.NONE:
            self._event(person).set()
            self._show_held(person)
        else:
            self._event(person).clear()

    def _event(self, person: Person) -> asyncio.Event:
        return self._back.setdefault(person.key, asyncio.Event())

    async def _trickle(self, person: Person) -> None:
        waiting = self._waiting[person.key]
        while waiting:
            if person.connection is Connection.NONE:
                await self._event(person).wait()
            if person.connection is Connection.BAD:
                await self._world.clock.sleep(self._world.random.uniform(*BAD_SECONDS))
            if person.connection is not Connection.NONE:
                waiting.popleft()()
        self._busy.discard(person.key)

    def _show_held(self, person: Person) -> None:
        for message in person.chat:
            if message.held:
                message.held = False
                self._world.changed(person, message)
