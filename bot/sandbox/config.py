"""What the sandbox is told at start: the service's address, the two accounts, and who has a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar


@dataclass(frozen=True)
class PersonSeed:
    """A phone there from the start. `role` is traveller, envoy, family or staff.

    `started`: has started the bot, follows the account. `shown`: has a place on the page (others exist all the same).
    """

    platform: str
    id: str
    name: str
    role: str = "traveller"
    language_code: str = ""
    phone_number: str = ""
    started: bool = True
    shown: bool = True


@dataclass(frozen=True)
class TelegramConfig:
    """The bot's account and the limits played. A limit of 0 switches that limit off.

    `chat_burst` messages may be sent to one chat at once, then `chat_rate` a second; the same for all chats together
    (Bot FAQ: 1/s in a chat with short bursts, about 30/s for all, 20 a minute in a group).
    """

    token: str
    webhook_secret: str = ""
    username: str = "rescue_sandbox_bot"
    name: str = "大救星"
    chat_burst: int = 8
    chat_rate: float = 1.0
    group_per_minute: int = 20
    total_burst: int = 60
    total_rate: float = 30.0
    callback_answer_seconds: float = 15.0
    preset_webhook: bool = True


@dataclass(frozen=True)
class WeChatConfig:
    """The official account's credentials, as typed into its developer settings.

    `templates` maps a template id to its title; empty means every template id is accepted.
    """

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    original_id: str = "gh_5a1dba110c0d"
    name: str = "大救星"
    templates: Mapping[str, str] = field(default_factory=dict)
    verified: bool = True
    push_seconds: float = 5.0


@dataclass(frozen=True)
class PayConfig:
    """The merchant's account at the played WeChat Pay; `merchant_public_key` is PEM, `v3_key` has 32 characters."""

    mch_id: str
    app_id: str
    v3_key: str
    merchant_public_key: str


@dataclass(frozen=True)
class InsurerConfig:
    """The played insurer's account with the service; both sides sign with `secret`. 0 seconds: it answers at once."""

    name: str
    secret: str
    key_id: str = "rescue"
    answers_after_s: float = 0.0


@dataclass(frozen=True)
class SandboxConfig:
    """`service` is where the webhooks live (`http://127.0.0.1:8080`); a platform left out is switched off.

    Numbers of messages and updates follow `seed` (1 to 1,000,000): a service that kept what it heard from an earlier
    sandbox takes the same numbers for repeats, so whoever starts one again beside old data gives another.
    """

    service: str
    telegram: TelegramConfig | None = None
    wechat: WeChatConfig | None = None
    pay: PayConfig | None = None
    insurer: InsurerConfig | None = None
    people: tuple[PersonSeed, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8090
    seed: int = 1
    keep_calls: int = 20_000


ENVIRONMENT = {
    "RESCUE_TELEGRAM__TOKEN": ("telegram", "token"),
    "RESCUE_TELEGRAM__WEBHOOK_SECRET": ("telegram", "webhook_secret"),
    "RESCUE_WECHAT__APP_ID": ("wechat", "app_id"),
    "RESCUE_WECHAT__APP_SECRET": ("wechat", "app_secret"),
    "RESCUE_WECHAT__TOKEN": ("wechat", "token"),
    "RESCUE_WECHAT__AES_KEY": ("wechat", "aes_key"),
}


def from_mapping(raw: Mapping[str, Any]) -> SandboxConfig:
    """Builds the configuration from parsed JSON; ValueError names what is missing or unknown."""
    values = dict(raw)
    telegram = values.pop("telegram", None)
    wechat = values.pop("wechat", None)
    pay = values.pop("pay", None)
    insurer = values.pop("insurer", None)
    people = values.pop("people", ())
    return _build(
        SandboxConfig,
        values
        | {
            "telegram": _build(TelegramConfig, telegram) if telegram else None,
            "wechat": _build(WeChatConfig, wechat) if wechat else None,
            "pay": _build(PayConfig, pay) if pay else None,
            "insurer": _build(InsurerConfig, insurer) if insurer else None,
            "people": tuple(_build(PersonSeed, person) for person in people),
        },
    )


def with_environment(raw: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """`raw` with the service's own settings filled in where the JSON is silent."""
    merged = {key: dict(value) if isinstance(value, Mapping) else value for key, value in raw.items()}
    for name, (group, key) in ENVIRONMENT.items():
        if environment.get(name):
            merged.setdefault(group, {}).setdefault(key, environment[name])
    return merged


Built = TypeVar("Built")


def _build(kind: type[Built], values: Mapping[str, Any]) -> Built:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - known:
        raise ValueError(f"{kind.__name__}: unknown setting {', '.join(sorted(unknown))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None
