"""WeChat's refusals: always HTTP 200 with an errcode."""

from __future__ import annotations

from typing import Any

WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40130: "invalid openid list size",
    40200: "invalid account type",
    41001: "access_token missing",
    41005: "media data missing",
    41006: "missing media_id",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "need interaction in 30 seconds",
    45081: "already in typing status",
    46003: "menu not exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
}


class ApiError(Exception):
    """An answer with an errcode; `detail` is appended to the platform's words."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    def body(self, rid: str) -> dict[str, Any]:
        words = WORDS.get(self.code, "unknown error")
        return {
            "errcode": self.code,
            "errmsg": f"{words}{' ' + self.detail if self.detail else ''} rid: {rid}",
        }


OK = {"errcode": 0, "errmsg": "ok"}
