"""A merchant at the played WeChat Pay, and a bot that may send invoices: what a house needs to take money."""

from functools import cache
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from bot.sandbox.config import InsurerConfig, PayConfig
from config.settings import InsurerLine, Payments

MCH_ID, SERIAL, V3_KEY = "1900000109", "5F2A00C1", "0123456789abcdef0123456789abcdef"


@cache
def merchant_key() -> tuple[str, str]:
    """Private and public PEM; made once, it takes a moment."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def played(app_id: str) -> PayConfig:
    """What the sandbox is told."""
    return PayConfig(MCH_ID, app_id, V3_KEY, merchant_key()[1])


def settings(sandbox: str, trade: Literal["jsapi", "native"] = "jsapi") -> Payments:
    """What the service is told."""
    return Payments(
        telegram_provider_token=SecretStr("284685063:TEST:sandbox"),
        wechat_mch_id=MCH_ID,
        wechat_serial=SERIAL,
        wechat_private_key=SecretStr(merchant_key()[0]),
        wechat_v3_key=SecretStr(V3_KEY),
        wechat_api_base=sandbox,
        wechat_trade=trade,
        wechat_transfer_scene="1005",
        wechat_transfer_report={"岗位类型": "星使", "报酬说明": "服务报酬"},
        wechat_claim_scene="1003",
        wechat_claim_report={"保险产品": "旅行保险", "理赔说明": "保险赔款"},
    )


INSURER_SECRET = "sandbox-insurer-secret-0123456789abcdef"


def insurer() -> InsurerConfig:
    """The played insurer, which answers at once."""
    return InsurerConfig("sample", INSURER_SECRET)


def insured(sandbox: str) -> dict[str, dict[str, InsurerLine]]:
    """What the service is told of it."""
    line = InsurerLine(url=f"{sandbox}/insurer/v1", secret=SecretStr(INSURER_SECRET))
    return {"insurers": {"sample": line}}
