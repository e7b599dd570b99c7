"""The sandbox's whole state in one place: who exists, who said what, which calls came, which rules were broken."""

from __future__ import annotations

import random
from collections import deque
from itertools import count
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.config import PersonSeed, SandboxConfig
from bot.sandbox.events import EventLog
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileStore
from bot.sandbox.model import (
    ApiCall,
    ChatMessage,
    Connection,
    Delivery,
    Json,
    Person,
    Platform,
    Role,
    Sender,
    Violation,
)

SECRET_FIELDS = frozenset({"access_token", "secret", "appsecret", "secret_token"})


class World:
    """Everything both platforms share. Every change is also an event."""

    def __init__(self, config: SandboxConfig, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.random = random.Random(config.seed)
        self.events = EventLog()
        self.faults = Faults(clock)
        self.files = FileStore(config.seed)
        self.people: dict[str, Person] = {}
        self.calls: deque[ApiCall] = deque(maxlen=config.keep_calls)
        self.violations: list[Violation] = []
        self.base_url = f"http://{config.host}:{config.port}"
        self._numbers = count(1)
        self._call_numbers = count(1)

    # people

    def add_person(self, seed: PersonSeed) -> Person:
        person = Person(
            platform=Platform(seed.platform),
            id=seed.id or self.new_id(Platform(seed.platform)),
            name=seed.name,
            role=Role(seed.role),
            language_code=seed.language_code,
            phone_number=seed.phone_number,
            reachable=seed.started or seed.platform == Platform.TELEGRAM,
            started=seed.started,
            shown=seed.shown,
        )
        if person.key in self.people:
            raise ValueError(f"{person.key} has a phone already")
        self.people[person.key] = person
        self.tell_person(person)
        return person

    def new_id(self, platform: Platform) -> str:
        if platform is Platform.TELEGRAM:
            return str(self.random.randrange(5_000_000_000, 7_999_999_999))
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
        return "o" + "".join(self.random.choice(alphabet) for _ in range(27))

    def remove_person(self, person: Person) -> None:
        del self.people[person.key]
        self.events.emit("person_gone", {"key": person.key})

    def person(self, platform: Platform, person_id: str) -> Person | None:
        return self.people.get(f"{platform.value}-{person_id}")

    def tell_person(self, person: Person) -> None:
        self.events.emit("person", {"person": person.public()})

    # chats

    def next_number(self) -> int:
        return next(self._numbers)

    def show(self, person: Person, message: ChatMessage) -> ChatMessage:
        """Puts a message into a chat. A phone without a network gets the others' words once it is back."""
        offline = person.connection is Connection.NONE
        message.held = offline and message.sender is not Sender.PERSON
        person.chat.append(message)
        self.changed(person, message)
        return message

    def say_system(self, person: Person, text: str) -> ChatMessage:
        number = self.next_number()
        return self.show(
            person,
            ChatMessage(number, f"s{number}", Sender.SYSTEM, "notice", self.clock.now(), text=text),
        )

    def changed(self, person: Person, message: ChatMessage) -> None:
        message.changed = self.events.last + 1
        if not message.held:
            self.events.emit("message", {"key": person.key, "message": message.public()})
        else:
            self.events.emit("held", {"key": person.key})

    def delivered(self, person: Person, message: ChatMessage, state: Delivery) -> None:
        if message.delivery is not state:
            message.delivery = state
            self.changed(person, message)

    # what the service did

    def record_call(self, platform: Platform, method: str, params: Json) -> ApiCall:
        shown = {key: "…" if key in SECRET_FIELDS else value for key, value in params.items()}
        call = ApiCall(next(self._call_numbers), platform, method, shown, self.clock.now())
        self.calls.append(call)
        return call

    def finish_call(self, call: ApiCall, status: int, answer: Any) -> None:
        call.status, call.answer = status, answer
        self.events.emit(
            "call", {"number": call.number, "method": call.method, "status": status, "fault": call.fault}
        )

    def violation(self, platform: Platform, where: str, what: str) -> None:
        entry = Violation(len(self.violations) + 1, platform, where, what, self.clock.now())
        self.violations.append(entry)
        self.events.emit("violation", {"platform": platform, "where": where, "what": what})
