"""The platform's error codes, turned into the failures delivery knows (facts: the published error table)."""

from collections.abc import Callable

from bot import channel

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The access token is not (or no longer) good; nothing was done. 40001 can also mean a wrong secret."""

WINDOW_OVER = "45015"
COUNT_USED = "45047"
BAD_MEDIA = "40007"
REPEATED_NOTICE = "40241"

_BUSY_S = 3.0
_MINUTE_S = 60.0
_DOWN_S = 300.0
_DAY_QUOTA_S = 1800.0
NETWORK_S = 3.0
"""Pauses in seconds; the platform itself never names one."""

_Make = Callable[[str], channel.SendFailure]


def _later(delay_s: float) -> _Make:
    return lambda code: channel.TemporaryFailure(code, delay_s)


def _down(delay_s: float) -> _Make:
    return lambda code: channel.ChannelDown(code, delay_s)


_TABLE: dict[int, _Make] = {
    -1: _later(_BUSY_S),
    61450: _later(_BUSY_S),
    43117: _later(_DOWN_S),
    40241: _later(_MINUTE_S),
    45009: _down(_DAY_QUOTA_S),
    45011: _down(_MINUTE_S),
    40013: _down(_DOWN_S),
    40125: _down(_DOWN_S),
    40164: _down(_DOWN_S),
    40243: _down(_DOWN_S),
    41001: _down(_DOWN_S),
    48001: _down(_DOWN_S),
    50002: _down(_DOWN_S),
    43004: channel.Unreachable,
    43019: channel.Unreachable,
    48002: channel.Unreachable,
    50005: channel.Unreachable,
    45015: channel.WindowClosed,
    45047: channel.WindowClosed,
    **dict.fromkeys(STALE_TOKEN, _down(_MINUTE_S)),
}


def failure(errcode: int) -> channel.SendFailure:
    """What an `errcode` other than 0 means. A code we do not know fails the letter on this address, loudly."""
    return _TABLE.get(errcode, channel.PermanentFailure)(str(errcode))


def not_taken(error: channel.SendFailure) -> channel.SendFailure:
    """For steps before the message itself (token, upload, download): an unknown outcome there sent nothing."""
    if isinstance(error, channel.UnknownOutcome):
        return channel.TemporaryFailure(error.code, NETWORK_S)
    return error
