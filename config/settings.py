"""Everything that can be set from outside: environment or `.env`, prefix `RESCUE_`, groups by `__`."""

from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Http(BaseModel):
    """Where this process listens. Metrics are on a port of their own, loopback only."""

    host: str = "127.0.0.1"
    port: int = 8080
    metrics_port: int = 9464
    trusted_proxies: int = 0


class Secrets(BaseModel):
    """Where the key that wraps all other keys is kept."""

    key_file: Path | None = None


class Telegram(BaseModel):
    """The bot. Off without a token; a token without a webhook secret is refused.

    `username`: its public name without @, for links that open it; without it the bot itself is asked at start.
    """

    token: SecretStr | None = None
    username: str = ""
    webhook_secret: SecretStr | None = None
    api_base: str = "https://api.telegram.org"

    @model_validator(mode="after")
    def _secret_given(self) -> "Telegram":
        if self.token and not self.webhook_secret:
            raise ValueError("RESCUE_TELEGRAM__WEBHOOK_SECRET must be set together with the token")
        return self


class Wechat(BaseModel):
    """The official account, AES mode only."""

    app_id: str | None = None
    app_secret: SecretStr | None = None
    token: SecretStr | None = None
    aes_key: SecretStr | None = None
    api_base: str = "https://api.weixin.qq.com"
    hk_macau_datum: Literal["ambiguous", "gcj02", "wgs84"] = "ambiguous"
    notice_template: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Wechat":
        if not self.app_id:
            return self
        if not (self.app_secret and self.token and self.aes_key):
            raise ValueError(
                "RESCUE_WECHAT__APP_SECRET, __TOKEN and __AES_KEY must be set together with __APP_ID"
            )
        if len(self.aes_key.get_secret_value()) != 43:
            raise ValueError("RESCUE_WECHAT__AES_KEY must have 43 characters (EncodingAESKey, AES mode)")
        return self


class Sos(BaseModel):
    """The times and distances of an SOS. Seconds and kilometres."""

    countdown_seconds: float = Field(default=5, gt=0, le=60)
    radii_km: list[float] = [20, 40]
    widen_after_seconds: float = Field(default=60, gt=0)
    late_after_seconds: float = Field(default=600, gt=0)
    wave_size: int = Field(default=30, gt=0)
    wave_gap_seconds: float = Field(default=10, gt=0)
    acknowledge_seconds: list[float] = [15, 30, 60]
    promise_minutes: float = Field(default=10, gt=0)
    last_known_minutes: float = Field(default=30, gt=0)

    @field_validator("radii_km")
    @classmethod
    def _growing(cls, radii: list[float]) -> list[float]:
        if not radii or radii != sorted(radii) or radii[0] <= 0:
            raise ValueError("RESCUE_SOS__RADII_KM must be growing positive kilometres")
        return radii


class Orders(BaseModel):
    """The times and distances of service orders. Minutes, hours and kilometres."""

    hold_minutes: float = Field(default=10, gt=0)
    radii_km: list[float] = [10, 20, 40]
    before_hours: float = Field(default=3, gt=0)
    pay_within_minutes: float = Field(default=30, gt=0)
    rate_within_hours: float = Field(default=72, gt=0)


class Centre(BaseModel):
    """The command centre's own telephone lines by language."""

    phones: dict[str, str] = {}


class Envoys(BaseModel):
    """When silence of an envoy on a job alarms the centre: on the way, and on the scene."""

    silent_minutes: float = Field(default=15, gt=0)
    silent_on_scene_minutes: float = Field(default=45, gt=0)


class Pager(BaseModel):
    """How on-call staff are woken when the console is silent."""

    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None


class Smtp(BaseModel):
    """The centre's own mail server; off without a host. Without TLS only on this machine."""

    host: str | None = None
    port: int = 587
    sender: str = ""
    username: str = ""
    password: SecretStr | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"

    @model_validator(mode="after")
    def _complete(self) -> "Smtp":
        if self.host and "@" not in self.sender:
            raise ValueError("RESCUE_SMTP__SENDER must be an address when RESCUE_SMTP__HOST is set")
        if self.host and self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("RESCUE_SMTP__SECURITY may be none only for a server on this machine")
        return self


class Sms(BaseModel):
    """An SMS gateway reached over HTTP; off without a URL."""

    url: str | None = None
    secret: SecretStr | None = None
    sender: str = ""

    @model_validator(mode="after")
    def _signed(self) -> "Sms":
        if self.url and not self.secret:
            raise ValueError("RESCUE_SMS__SECRET must be set together with RESCUE_SMS__URL")
        return self


class Ocr(BaseModel):
    """A server of one's own that reads printed words off claim papers; off without a URL."""

    url: str | None = None
    secret: SecretStr | None = None

    @model_validator(mode="after")
    def _signed(self) -> "Ocr":
        if self.url and not self.secret:
            raise ValueError("RESCUE_OCR__SECRET must be set together with RESCUE_OCR__URL")
        return self


class Clocks(BaseModel):
    """By when each stage of a case should be reached. Seconds; from NENA (answered) and NFPA 1225 (called back)."""

    answered_seconds: float = Field(default=15, gt=0)
    called_back_seconds: float = Field(default=60, gt=0)
    envoy_accepted_seconds: float = Field(default=180, gt=0)
    arrived_seconds: float = Field(default=3600, gt=0)
    provider_seconds: float = Field(default=1800, gt=0)
    family_seconds: float = Field(default=1800, gt=0)


class Synthetic(BaseModel):
    """The SOS the service sends itself through its own webhooks; on where PostgreSQL is used unless said otherwise."""

    on: bool | None = None
    every_seconds: float = Field(default=60, ge=20)
    keep_minutes: float = Field(default=60, gt=0)

    def runs(self, embedded: bool) -> bool:
        return self.on if self.on is not None else not embedded


class Map(BaseModel):
    """A server of map tiles, the only outside host a page may load from; off without a URL.

    `tile_url` has `{z}`, `{x}` and `{y}`; `attribution` is what its licence asks to be shown.
    """

    tile_url: str = ""
    attribution: str = ""

    @field_validator("tile_url")
    @classmethod
    def _complete(cls, url: str) -> str:
        if url and not (url.startswith("https://") and all(p in url for p in ("{z}", "{x}", "{y}"))):
            raise ValueError("RESCUE_MAP__TILE_URL must be https and name {z}, {x} and {y}")
        if any(c in url for c in " ;,'\""):
            raise ValueError("RESCUE_MAP__TILE_URL may hold no blanks, quotes, commas or semicolons")
        return url


class Claims(BaseModel):
    """Deciding claims: over how much two persons sign, and how long a decision can be appealed against."""

    second_person_over_cny: int = Field(default=50_000, ge=0)
    appeal_days: int = Field(default=30, ge=1, le=365)


class Payments(BaseModel):
    """Ways to be paid and to pay. Without any, an operator records payments. Keys are PEM texts."""

    telegram_provider_token: SecretStr | None = None
    wechat_mch_id: str | None = None
    wechat_serial: str | None = None
    wechat_private_key: SecretStr | None = None
    wechat_v3_key: SecretStr | None = None
    wechat_public_keys: dict[str, str] = {}
    wechat_api_base: str = "https://api.mch.weixin.qq.com"
    wechat_trade: Literal["jsapi", "native"] = "jsapi"
    wechat_transfer_scene: str = ""
    wechat_transfer_report: dict[str, str] = {}
    wechat_claim_scene: str = ""
    """The scene registered for insurance claims; without one claims are paid to bank accounts by hand."""
    wechat_claim_report: dict[str, str] = {}
    expire_minutes: float = Field(default=30, ge=5, le=110)
    second_person_over_cny: int = Field(default=2000, ge=0)
    smallest_payout_cny: int = Field(default=50, ge=0)
    fee_percent: dict[str, Decimal] = {}
    """What a provider keeps by its contract, such as `{"wechat": "0.6"}`; booked when money is shared out."""

    @model_validator(mode="after")
    def _complete(self) -> "Payments":
        given = (self.wechat_mch_id, self.wechat_serial, self.wechat_private_key, self.wechat_v3_key)
        if any(given) and not all(given):
            raise ValueError(
                "RESCUE_PAYMENTS__WECHAT_MCH_ID, __WECHAT_SERIAL, __WECHAT_PRIVATE_KEY and __WECHAT_V3_KEY "
                "must be set together"
            )
        if self.wechat_v3_key and len(self.wechat_v3_key.get_secret_value().encode()) != 32:
            raise ValueError("RESCUE_PAYMENTS__WECHAT_V3_KEY must have 32 bytes (APIv3 key)")
        return self


class InsurerLine(BaseModel):
    """One insurer: over HTTP (`url`), by files (`folder`), or one that only pushes policies (`secret` alone)."""

    url: str = ""
    folder: Path | None = None
    key_id: str = "rescue"
    secret: SecretStr | None = None

    @model_validator(mode="after")
    def _usable(self) -> "InsurerLine":
        if self.url and self.folder:
            raise ValueError("an insurer is reached by url or by folder, not by both")
        if not self.folder and not self.secret:
            raise ValueError("an insurer needs the secret both sides sign with")
        if self.secret and len(self.secret.get_secret_value().encode()) < 32:
            raise ValueError("an insurer's secret needs at least 32 bytes")
        return self


class Geocoder(BaseModel):
    """A street-address service; off by default and never on the SOS path."""

    provider: Literal["", "nominatim", "photon"] = ""
    domain: str = ""
    user_agent: str = "da-jiu-xing"


class Desk(BaseModel):
    """How often a case is reported on by its priority, and by when a client is called back. Minutes."""

    report_high_minutes: float = Field(default=30, gt=0)
    report_normal_minutes: float = Field(default=120, gt=0)
    report_low_minutes: float = Field(default=480, gt=0)
    call_back_minutes: float = Field(default=3, gt=0)
    call_again_minutes: float = Field(default=5, gt=0)
    number_minutes: float = Field(default=10, gt=0)


class Translator(BaseModel):
    """A LibreTranslate-compatible service; off by default, because the words of a case leave the house."""

    url: str = ""
    key: SecretStr | None = None


class Settings(BaseSettings):
    """Built once in `run_bot.py` and passed on as arguments."""

    model_config = SettingsConfigDict(
        env_prefix="RESCUE_", env_nested_delimiter="__", env_file=".env", extra="ignore"
    )

    database_url: str = "sqlite+aiosqlite:///var/rescue.db"
    redis_url: str = ""
    data_dir: Path = Path("var")
    public_url: str = "http://localhost:8080"
    media_url: str = ""
    default_locale: str = "zh_Hans"
    sqlite_thread: bool = False
    http: Http = Http()
    secrets: Secrets = Secrets()
    telegram: Telegram = Telegram()
    wechat: Wechat = Wechat()
    sos: Sos = Sos()
    orders: Orders = Orders()
    centre: Centre = Centre()
    desk: Desk = Desk()
    translator: Translator = Translator()
    pager: Pager = Pager()
    clocks: Clocks = Clocks()
    map: Map = Map()
    synthetic: Synthetic = Synthetic()
    smtp: Smtp = Smtp()
    sms: Sms = Sms()
    ocr: Ocr = Ocr()
    geocoder: Geocoder = Geocoder()
    envoys: Envoys = Envoys()
    claims: Claims = Claims()
    payments: Payments = Payments()
    insurers: dict[str, InsurerLine] = {}

    @property
    def embedded(self) -> bool:
        """One process on SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def confirming(self) -> frozenset[str]:
        """Insurers that can be asked for a policy."""
        return frozenset(name for name, line in self.insurers.items() if line.url or line.folder)

    @field_validator("public_url")
    @classmethod
    def _safe_links(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise ValueError("RESCUE_PUBLIC_URL must be https (http only for loopback)")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _key_given(self) -> "Settings":
        if not self.embedded and not self.secrets.key_file:
            raise ValueError("RESCUE_SECRETS__KEY_FILE must be given with PostgreSQL")
        return self
