"""Pushing updates to the service's webhook: queues in order, one in flight each, retried with growing pauses."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from bot.sandbox import clock
from bot.sandbox.config import TelegramConfig
from bot.sandbox.faults import Fault, Kind
from bot.sandbox.model import ChatMessage, Delivery, Json, Person
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.telegram import answers, fields
from bot.sandbox.telegram.params import Params
from bot.sandbox.world import World

ANSWER_SECONDS = 60.0
RETRY_AFTER_CAP = 3600.0
PAUSES = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
LATE_PAUSES = (60.0, 120.0)
MESSAGE_LIFE, CALLBACK_LIFE = 86_400.0, 150.0


@dataclass
class Update:
    """An update waiting to be pushed; `message` is the bubble whose ticks it moves, if any."""

    id: int
    kind: str
    body: Json
    queue: str
    expires: float
    chat: str
    person: Person | None = None
    message: ChatMessage | None = None
    tries: int = 0
    taken: bool = False


@dataclass
class Answer:
    """How one POST went. `wait`: the pause the service asked for, seconds."""

    taken: bool
    error: str = ""
    wait: float | None = None
    status: int = 0
    method: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Registration:
    """What setWebhook asks for: `allowed` None keeps what was set before, [] is the default set."""

    url: str
    secret: str = ""
    allowed: list[str] | None = None
    connections: int | None = None
    drop: bool = False


Execute = Callable[[str, Params], Awaitable[None]]


class Webhook:
    """The queues of one bot. `execute` runs a method that came as the answer to a push."""

    def __init__(self, world: World, config: TelegramConfig, tasks: TaskGroup) -> None:
        self._world = world
        self._config = config
        self._tasks = tasks
        self._queues: dict[str, deque[Update]] = {}
        self._running: set[str] = set()
        self._scattered = 0
        self._update_ids = count(world.random.randrange(100_000_000, 900_000_000))
        self._open = asyncio.Event()
        self._slots = asyncio.Semaphore(40)
        self.execute: Execute | None = None
        self.session: aiohttp.ClientSession | None = None
        self.url, self.secret = "", ""
        self.max_connections = 40
        self.allowed = frozenset(fields.DEFAULT_UPDATES)
        self.last_error: tuple[float, str] | None = None
        if config.preset_webhook:
            self.url, self.secret = f"{world.config.service}/telegram/webhook", config.webhook_secret
            self._open.set()

    # registration

    def register(self, wanted: Registration) -> None:
        """setWebhook; an empty url removes."""
        if not wanted.url:
            self.remove(drop=wanted.drop)
            return
        self.url, self.secret = wanted.url, wanted.secret
        if wanted.allowed is not None:
            self.allowed = frozenset(wanted.allowed) or frozenset(fields.DEFAULT_UPDATES)
        self.max_connections = wanted.connections or 40
        self._slots = asyncio.Semaphore(self.max_connections)
        self._drop(wanted.drop)
        self._open.set()

    def remove(self, *, drop: bool) -> None:
        self.url, self.secret = "", ""
        self._open.clear()
        self._drop(drop)

    def _drop(self, drop: bool) -> None:
        for queue in self._queues.values() if drop else ():
            queue.clear()

    def info(self) -> Json:
        shown: Json = {"url": self.url, "has_custom_certificate": False, "pending_update_count": self.pending}
        if self.last_error is not None:
            shown |= {"last_error_date": int(self.last_error[0]), "last_error_message": self.last_error[1]}
        return shown | {"max_connections": self.max_connections, "allowed_updates": sorted(self.allowed)}

    @property
    def pending(self) -> int:
        return sum(len(queue) for queue in self._queues.values()) + self._scattered

    def target(self) -> str:
        """Where to post: the registered address, but never off this machine: then the service's own base."""
        parts = urlsplit(self.url)
        if parts.hostname in ("127.0.0.1", "localhost", "::1"):
            return self.url
        base = urlsplit(self._world.config.service)
        return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))

    # queues

    def push(
        self, kind: str, content: Json, person: Person, message: ChatMessage | None = None
    ) -> Update | None:
        """Queues an update; None when its kind was not asked for in allowed_updates."""
        if kind not in self.allowed:
            return None
        callback = kind == "callback_query"
        queue = (
            f"user {person.id}"
            if callback
            else f"member {person.id}"
            if kind == "my_chat_member"
            else person.id
        )
        update = Update(
            id=next(self._update_ids),
            kind=kind,
            body={},
            queue=queue,
            expires=self._world.clock.now() + (CALLBACK_LIFE if callback else MESSAGE_LIFE),
            chat=person.id,
            person=person,
            message=message,
        )
        update.body = {"update_id": update.id, kind: content}
        self._enqueue(update)
        return update

    def push_raw(self, body: Json, queue: str = "raw") -> None:
        """Queues any body as it is (a sample file, a broken update)."""
        expires = self._world.clock.now() + MESSAGE_LIFE
        self._enqueue(Update(int(body.get("update_id", 0)), "raw", body, queue, expires, queue))

    def _enqueue(self, update: Update) -> None:
        faults = self._world.faults.on_push("telegram", update.kind, update.chat)
        spread = next((fault for fault in faults if fault.kind is Kind.SCATTER), None)
        copies = next((int(f.params.get("copies", 2)) for f in faults if f.kind is Kind.DUPLICATE), 1)
        delay = next((float(f.params.get("seconds", 1)) for f in faults if f.kind is Kind.DELAY), 0.0)
        unheard = any(fault.kind is Kind.PUSH_UNHEARD for fault in faults)
        if spread is not None:
            self._scatter(update, spread, copies)
            return
        queue = self._queues.setdefault(update.queue, deque())
        queue.extend([update] * copies)
        if update.queue not in self._running:
            self._running.add(update.queue)
            self._tasks.start(self._drain(update.queue, delay, unheard))

    def _scatter(self, update: Update, spread: Fault, copies: int) -> None:
        for _ in range(copies):
            self._scattered += 1
            pause = self._world.random.uniform(0, float(spread.params.get("seconds", 1)))
            self._tasks.start(self._alone(update, pause))

    async def _alone(self, update: Update, pause: float) -> None:
        await self._world.clock.sleep(pause)
        while not await self._attempt(update):
            continue
        self._scattered -= 1

    async def _drain(self, name: str, delay: float, unheard: bool) -> None:
        queue = self._queues[name]
        await self._world.clock.sleep(delay)
        while queue:
            await self._open.wait()
            head = queue[0]
            if await self._attempt(head, unheard) and queue and queue[0] is head:
                queue.popleft()
            unheard = False
        self._running.discard(name)

    async def _attempt(self, update: Update, unheard: bool = False) -> bool:
        """One try; True when the update is done with (taken or too old)."""
        if self._world.clock.now() >= update.expires:
            self._mark(update, Delivery.LOST)
            return True
        async with self._slots:
            answer = await self._post(update)
        update.tries += 1
        update.taken = update.taken or answer.taken
        if answer.taken and not unheard:
            self._mark(update, Delivery.DELIVERED)
            await self._obey(answer)
            return True
        self.last_error = (self._world.clock.now(), answer.error or "Connection reset by peer")
        self._mark(update, Delivery.PUSHED)
        await self._pause(update, answer.wait)
        return False

    async def _pause(self, update: Update, asked: float | None) -> None:
        usual = (
            PAUSES[update.tries - 1]
            if update.tries <= len(PAUSES)
            else self._world.random.uniform(*LATE_PAUSES)
        )
        wait = usual if asked is None else min(asked, RETRY_AFTER_CAP)
        await self._world.clock.sleep(min(wait, max(0.0, update.expires - self._world.clock.now())))

    def _mark(self, update: Update, state: Delivery) -> None:
        if update.message is not None and update.person is not None:
            update.message.tries = update.tries
            if update.message.delivery is not Delivery.DELIVERED:
                self._world.delivered(update.person, update.message, state)
        self._world.events.emit("push", {"platform": "telegram", "kind": update.kind, "state": state})

    async def _post(self, update: Update) -> Answer:
        try:
            return await clock.within(self._world.clock, ANSWER_SECONDS, self._request(update))
        except TimeoutError:
            return Answer(False, "Read timeout expired")
        except aiohttp.ClientError as error:
            return Answer(False, f"Connection failed: {type(error).__name__}")

    async def _request(self, update: Update) -> Answer:
        if self.session is None:
            raise RuntimeError("the sandbox is not running")
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        async with self.session.post(
            self.target(), json=update.body, headers=headers, allow_redirects=False
        ) as response:
            body = await response.read()
            if 200 <= response.status < 300:
                return Answer(True, status=response.status, method=answers.read(response.headers, body))
            wait = response.headers.get("Retry-After", "")
            error = f"Wrong response from the webhook: {response.status} {response.reason}"
            return Answer(False, error, float(wait) if wait.isdigit() else None, response.status)

    async def _obey(self, answer: Answer) -> None:
        method = answers.method_in(answer.method)
        if method and self.execute is not None:
            await self.execute(method, answers.params_of(answer.method))
