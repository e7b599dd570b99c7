"""What the WeChat channel is told at start: the account's identity, its secrets, the platform's address."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WechatConfig:
    """One official account in AES mode; assembly maps the settings to it.

    `aes_key` is the EncodingAESKey (43 characters); `previous_aes_key` is the one before it while a rotation
    lasts. `notice_template` is the class template that says messages wait ("" = none), `notice_field` the
    name its one field has in the account's back office.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_base: str = "https://api.weixin.qq.com"
    previous_aes_key: str = field(default="", repr=False)
    notice_template: str = ""
    notice_field: str = "thing1"
