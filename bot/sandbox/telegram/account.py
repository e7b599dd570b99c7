"""The bot's account: what the Bot API methods share, and the methods that are not about messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.sandbox.config import TelegramConfig
from bot.sandbox.files import StoredFile
from bot.sandbox.model import Json, Person, Platform, Press
from bot.sandbox.telegram import fields, wire
from bot.sandbox.telegram.errors import BotError, bad_request
from bot.sandbox.telegram.pacing import Pace
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.webhook import Registration, Webhook
from bot.sandbox.world import World

DOWNLOAD_LIMIT = 20 << 20
LINK_SECONDS = 3600.0
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@dataclass
class Account:
    """State of the bot. `queries`: callback queries not yet forgotten, with who pressed."""

    world: World
    config: TelegramConfig
    pace: Pace
    webhook: Webhook
    message_ids: count[int] = field(init=False)
    queries: dict[str, tuple[Person, Press]] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    links: dict[str, tuple[StoredFile, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.message_ids = count(101 + 1_000 * (self.world.config.seed - 1))

    def complain(self, where: str, what: str) -> None:
        self.world.violation(Platform.TELEGRAM, where, what)


class AccountMethods:
    """getMe, webhook, files, commands and callback answers."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.table = {
            "getMe": self.get_me,
            "getFile": self.get_file,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
            "getUpdates": self.get_updates,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": self.get_my_commands,
            "deleteMyCommands": self.delete_my_commands,
            "setMyName": self.describe,
            "setMyDescription": self.describe,
            "setMyShortDescription": self.describe,
            "setChatMenuButton": self.describe,
            "answerCallbackQuery": self.answer_callback_query,
        }

    def get_me(self, params: Params) -> Json:
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return wire.bot_user(self._account.config) | abilities

    def get_file(self, params: Params) -> Json:
        stored = self._account.world.files.get(params.text("file_id"))
        if not params.text("file_id"):
            raise bad_request("file_id not specified")
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.declared_size > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        path = f"{stored.kind or 'documents'}/{stored.unique_id}_{len(self._account.links)}"
        self._account.links[path] = (stored, self._account.world.clock.now() + LINK_SECONDS)
        return wire.file(stored) | {"file_path": path}

    def file_at(self, path: str) -> StoredFile | None:
        stored, until = self._account.links.get(path, (None, 0.0))
        return stored if until > self._account.world.clock.now() else None

    def set_webhook(self, params: Params) -> bool:
        secret = params.text("secret_token")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        allowed = params.parsed("allowed_updates", "allowed updates")
        for kind in allowed or []:
            if kind not in fields.UPDATE_KINDS:
                self._account.complain("setWebhook", f"unknown update kind {kind}")
        self._account.webhook.register(
            Registration(
                url=params.text("url"),
                secret=secret,
                allowed=allowed,
                connections=params.integer("max_connections"),
                drop=params.flag("drop_pending_updates"),
            )
        )
        return True

    def delete_webhook(self, params: Params) -> bool:
        self._account.webhook.remove(drop=params.flag("drop_pending_updates"))
        return True

    def get_webhook_info(self, params: Params) -> Json:
        return self._account.webhook.info()

    def get_updates(self, params: Params) -> Json:
        raise BotError(
            409,
            "Conflict: can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first",
        )

    def set_my_commands(self, params: Params) -> bool:
        commands = params.parsed("commands", "commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad_request("expected an Array of BotCommand")
        for command in commands:
            _check_command(command)
        self._account.commands[params.text("language_code")] = commands
        self._account.world.events.emit("commands", {"commands": self._account.commands})
        return True

    def get_my_commands(self, params: Params) -> list[Json]:
        return self._account.commands.get(params.text("language_code"), [])

    def delete_my_commands(self, params: Params) -> bool:
        self._account.commands.pop(params.text("language_code"), None)
        return True

    def describe(self, params: Params) -> bool:
        for name in ("name", "description", "short_description"):
            self._account.descriptions[f"{name}/{params.text('language_code')}"] = params.text(name)
        return True

    def answer_callback_query(self, params: Params) -> bool:
        account = self._account
        person, press = account.queries.get(params.text("callback_query_id"), (None, None))
        now = account.world.clock.now()
        late = press is not None and now - press.at > account.config.callback_answer_seconds
        if person is None or press is None or late or press.answered_at is not None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if len(params.text("text")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        press.answered_at, press.text, press.alert = now, params.text("text"), params.flag("show_alert")
        account.world.tell_person(person)
        return True


def _check_command(command: Any) -> None:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(command.get("description", ""))) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
